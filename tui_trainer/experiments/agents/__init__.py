"""An agent: a model that works on a task in turns, with tools and a memory; see `experiments.agent`."""
