// Scenarios measure what a network does within a second: they run two at a time and no more.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
