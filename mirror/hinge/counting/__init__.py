"""Count reps: frames to movements, movements to Rep, Partial or Rejected."""
