"""What an answer must pay, how large its bond is, how long its lease lasts."""
