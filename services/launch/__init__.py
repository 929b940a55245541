"""按楼层启用: what the machine may begin to say by itself, floor by floor (F29)."""
