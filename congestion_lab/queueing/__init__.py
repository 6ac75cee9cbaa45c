"""The fast engine: lanes as queues with storage, moved second by second in compiled code over flat arrays."""
