namespace PacketPath.HostState.Conntrack;

/// <summary>The kernel's numbers of states, in our words and in its own.</summary>
internal static class ConntrackStates
{
    private const byte Tcp = 6;
    private const byte Sctp = 132;

    private static readonly ConntrackState[] SctpStates =
    [
        ConntrackState.None, ConntrackState.Close, ConntrackState.CookieWait, ConntrackState.CookieEchoed, ConntrackState.Established,
        ConntrackState.ShutdownSent, ConntrackState.ShutdownReceived, ConntrackState.ShutdownAckSent, ConntrackState.HeartbeatSent,
        ConntrackState.HeartbeatAcked,
    ];

    // In the order of TCP_CONNTRACK_*, which ConntrackState keeps; then those of SCTP.
    private static readonly string[] KernelWords =
    [
        "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2",
        "COOKIE_WAIT", "COOKIE_ECHOED", "SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED",
    ];

    /// <summary>The state of a connection.</summary>
    public static ConntrackState Of(byte protocol, byte? state) => (protocol, state) switch
    {
        (Tcp, <= (byte)ConntrackState.SynSentBoth) => (ConntrackState)state.Value,
        (Sctp, { } number) when number < SctpStates.Length => SctpStates[number],
        _ => ConntrackState.None,
    };

    /// <summary>The kernel's number of the state that its own word names; null where the word names none.</summary>
    public static byte? Number(byte protocol, ReadOnlySpan<char> word)
    {
        for (var i = 0; i < KernelWords.Length; i++)
        {
            if (word.SequenceEqual(KernelWords[i]))
            {
                return protocol switch
                {
                    Tcp when i <= (int)ConntrackState.SynSentBoth => (byte)i,
                    Sctp when Array.IndexOf(SctpStates, (ConntrackState)i) is >= 0 and var number => (byte)number,
                    _ => null,
                };
            }
        }

        return protocol == Sctp && word is "CLOSED" ? (byte)1 : null;
    }
}
