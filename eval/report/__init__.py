"""Pages of a report: report.json -> report.html and report.md, from the Report and nothing else."""
