"""Native execution: an answer without a machine, and every boundary on one."""
