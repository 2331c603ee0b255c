"""Commands of `hinge-mirror` other than `run`."""
