"""A request as its requester meets it: fee, rehearsal, sending, end."""
