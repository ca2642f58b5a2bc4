namespace PacketPath.Commands;

/// <summary>A probe behind the pipeline, as the cmdlet that ends it sees it.</summary>
internal interface IProbeSession : IDisposable
{
    /// <summary>Writes every result that is still to come.</summary>
    void Finish();
}

/// <summary>The sessions of one call: one for each place and way of asking, opened when its first target comes.</summary>
internal sealed class ProbeSessions<TSession> : IDisposable
    where TSession : class, IProbeSession
{
    private readonly Dictionary<string, TSession?> _sessions = [];

    /// <summary>The session of a place; null where it could not be opened, which was reported then.</summary>
    /// <param name="key">The place and way of asking.</param>
    /// <param name="open">Opens it.</param>
    public TSession? Of(string key, Func<TSession?> open) =>
        _sessions.TryGetValue(key, out var session) ? session : _sessions[key] = open();

    /// <summary>Writes every result that is still to come.</summary>
    public void Finish()
    {
        foreach (var session in _sessions.Values)
        {
            session?.Finish();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session?.Dispose();
        }
    }
}
