"""`virality sweep CONFIG`: many settings of one training config, measured on validation, ranked with intervals."""
