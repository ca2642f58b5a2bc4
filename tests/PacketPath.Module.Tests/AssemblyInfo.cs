// Some tests measure how fast a pipeline stops: they must not compete with each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
