namespace PacketPath.Interop;

/// <summary>The fields of struct tcp_info (linux/tcp.h) that tell of a handshake. Times are in microseconds.</summary>
internal sealed record TcpInfo
{
    /// <summary>TCP_ESTABLISHED.</summary>
    public const int Established = 1;

    /// <summary>TCP_SYN_SENT.</summary>
    public const int SynSent = 2;

    /// <summary>TCP_CLOSE.</summary>
    public const int Closed = 7;

    /// <summary>Bytes asked of the kernel: up to and with tcpi_segs_in.</summary>
    public const int ReadSize = SegmentsInOffset + 4;

    /// <summary>offsetof(struct tcp_info, tcpi_rto).</summary>
    public const int RtoOffset = 8;

    /// <summary>offsetof(struct tcp_info, tcpi_snd_mss).</summary>
    public const int SendMssOffset = 16;

    /// <summary>offsetof(struct tcp_info, tcpi_pmtu).</summary>
    public const int PathMtuOffset = 60;

    /// <summary>offsetof(struct tcp_info, tcpi_rtt).</summary>
    public const int RttOffset = 68;

    /// <summary>offsetof(struct tcp_info, tcpi_total_retrans).</summary>
    public const int TotalRetransmitsOffset = 100;

    /// <summary>offsetof(struct tcp_info, tcpi_segs_out).</summary>
    public const int SegmentsOutOffset = 136;

    /// <summary>offsetof(struct tcp_info, tcpi_segs_in).</summary>
    public const int SegmentsInOffset = 140;

    /// <summary>offsetof(struct tcp_info, tcpi_options).</summary>
    public const int OptionsOffset = 5;

    /// <summary>offsetof(struct tcp_info, tcpi_unacked).</summary>
    public const int UnackedOffset = 24;

    /// <summary>TCPI_OPT_TIMESTAMPS.</summary>
    public const int TimestampsOption = 1;

    /// <summary>tcpi_state.</summary>
    public int State { get; init; }

    /// <summary>tcpi_retransmits.</summary>
    public int Retransmits { get; init; }

    /// <summary>tcpi_rto.</summary>
    public uint Rto { get; init; }

    /// <summary>tcpi_snd_mss.</summary>
    public uint SendMss { get; init; }

    /// <summary>tcpi_pmtu.</summary>
    public uint PathMtu { get; init; }

    /// <summary>tcpi_rtt.</summary>
    public uint Rtt { get; init; }

    /// <summary>tcpi_total_retrans.</summary>
    public uint TotalRetransmits { get; init; }

    /// <summary>tcpi_segs_out.</summary>
    public uint SegmentsOut { get; init; }

    /// <summary>tcpi_segs_in.</summary>
    public uint SegmentsIn { get; init; }

    /// <summary>tcpi_options.</summary>
    public int Options { get; init; }

    /// <summary>tcpi_unacked: segments sent and not acknowledged.</summary>
    public uint Unacked { get; init; }

    /// <summary>Reads what the kernel gave; fields an older kernel does not have stay 0.</summary>
    public static TcpInfo? Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < 8)
        {
            return null;
        }

        return new TcpInfo
        {
            State = source[0],
            Retransmits = source[2],
            Options = source[OptionsOffset],
            Unacked = At(source, UnackedOffset),
            Rto = At(source, RtoOffset),
            SendMss = At(source, SendMssOffset),
            PathMtu = At(source, PathMtuOffset),
            Rtt = At(source, RttOffset),
            TotalRetransmits = At(source, TotalRetransmitsOffset),
            SegmentsOut = At(source, SegmentsOutOffset),
            SegmentsIn = At(source, SegmentsInOffset),
        };
    }

    /// <summary>The state's name.</summary>
    public static string StateName(int state) => state switch
    {
        Established => "Established",
        SynSent => "SynSent",
        3 => "SynReceived",
        4 => "FinWait1",
        5 => "FinWait2",
        6 => "TimeWait",
        Closed => "Closed",
        8 => "CloseWait",
        9 => "LastAck",
        10 => "Listen",
        11 => "Closing",
        12 => "NewSynReceived",
        _ => $"state {state}",
    };

    private static uint At(ReadOnlySpan<byte> source, int offset) =>
        source.Length >= offset + 4 ? BitConverter.ToUInt32(source[offset..]) : 0;
}
