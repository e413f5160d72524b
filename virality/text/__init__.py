"""Text: normal form, language, features of form, similarity, platform lengths, edits of wording."""
