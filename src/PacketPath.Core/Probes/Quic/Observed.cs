using PacketPath.HostState;

namespace PacketPath.Probes;

/// <summary>What came of a step that may fail without ending what it stands beside: a value, or why there is none. Neither where it was cut short.</summary>
internal readonly record struct Observed<T>(T? Value, MissingObservation? Missing)
    where T : class;

/// <summary>Takes steps that may fail.</summary>
internal static class Observed
{
    /// <summary>Takes one; never throws.</summary>
    /// <param name="what">What it is to observe.</param>
    /// <param name="step">The step.</param>
    public static async Task<Observed<T>> TryAsync<T>(string what, Func<Task<T>> step)
        where T : class
    {
        try
        {
            return new(await step().ConfigureAwait(false), null);
        }
        catch (OperationCanceledException)
        {
            return default;
        }
        catch (Exception failure)
        {
            // The last resort: what was asked for stands, and says what is missing beside it.
            var remedy = (failure as SynProbeException)?.Remedy ?? (failure as NetNamespaceException)?.Remedy ?? "Repeat it.";
            return new(null, new MissingObservation { What = what, Why = failure.Message, Remedy = remedy });
        }
    }
}
