namespace PacketPath.Capture;

/// <summary>Takes the packets of capture files into a store, without a record for each.</summary>
internal static class CaptureFileReader
{
    /// <summary>Reads a file, as a point of its own; of one that holds several interfaces, each is one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="filter">The packets that count; empty for all.</param>
    /// <param name="store">Where they go.</param>
    /// <param name="taken">Called now and then, and told how many packets were read.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <returns>What can be said of the capture.</returns>
    /// <exception cref="CaptureException">It cannot be read.</exception>
    public static PacketCaptureSummary Read(string path, string filter, FlowStore store, Action<long> taken, CancellationToken stop)
    {
        const int often = 4096;
        using var source = PacketSources.Factory.OpenFile(path, filter);
        CapturePoint? point = null;
        var at = -1;
        var read = 0L;
        long first = 0, last = 0;
        source.Run(
            (in CapturedPacket captured) =>
            {
                first = read == 0 ? captured.TimestampNanoseconds : Math.Min(first, captured.TimestampNanoseconds);
                last = Math.Max(last, captured.TimestampNanoseconds);
                if (++read % often == 0)
                {
                    taken(read);
                }

                if (!SeenPacketReader.TryRead(captured, CapturePlace.Recorded, out var index, out var key, out var seen))
                {
                    return;
                }

                if (point is null || at != index)
                {
                    point = store.Point("", "", FlowStore.Interface(index), path);
                    at = index;
                }

                store.Add(point, key, seen);
            },
            stop);
        stop.ThrowIfCancellationRequested();
        DateTime? Time(long nanoseconds) => read == 0 ? null : DateTime.UnixEpoch.AddTicks(nanoseconds / 100);
        return new PacketCaptureSummary { ReadPath = path, Filter = filter, Packets = read, StartedAt = Time(first), EndedAt = Time(last), ObservedAt = Time(last) ?? default };
    }
}
