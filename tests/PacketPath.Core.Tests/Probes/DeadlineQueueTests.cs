using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

public class DeadlineQueueTests
{
    private sealed class Item
    {
        public bool HasEnded { get; set; }
    }

    [Fact]
    public void What_is_due_comes_in_order_and_what_has_ended_does_not()
    {
        var queue = new DeadlineQueue<Item>(item => item.HasEnded);
        Item late = new(), soon = new(), ended = new();
        queue.Add(late, 30);
        queue.Add(soon, 10);
        queue.Add(ended, 5);
        ended.HasEnded = true;
        queue.NoteEnd();
        Assert.True(queue.TryPeek(out var due));
        Assert.Equal(10, due);
        Assert.False(queue.TryTake(9, out _, out _));
        Assert.True(queue.TryTake(10, out var taken, out due));
        Assert.Equal((soon, 10), (taken, due));
        Assert.False(queue.TryTake(29, out _, out _));
        Assert.True(queue.TryTake(31, out taken, out _));
        Assert.Same(late, taken);
        Assert.False(queue.TryPeek(out _));
    }

    [Fact]
    public void A_long_run_holds_no_more_deadlines_than_twice_what_is_open()
    {
        const int Open = 100;
        var queue = new DeadlineQueue<Item>(item => item.HasEnded);
        var open = new Queue<Item>();
        for (var i = 0; i < 100_000; i++)
        {
            var item = new Item();
            open.Enqueue(item);
            queue.Add(item, 3_600_000 + i);
            if (open.Count > Open)
            {
                open.Dequeue().HasEnded = true;
                queue.NoteEnd();
            }

            Assert.InRange(queue.Count, 1, (2 * Open) + 512);
        }

        Assert.True(queue.TryTake(long.MaxValue, out var first, out _));
        Assert.Same(open.Peek(), first);
    }
}
