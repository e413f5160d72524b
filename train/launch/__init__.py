"""One run on several processes, and one that is stopped: who this process is, what is split, when to leave."""
