using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <summary>Puts a name to what came of an exchange of datagrams.</summary>
internal static class DatagramFindings
{
    /// <summary>The outcome.</summary>
    public static QuicUdpOutcome Outcome(DatagramExchange exchange) =>
        exchange.IsAnswered ? QuicUdpOutcome.Answered
        : exchange.Reports.Count > 0 ? Of(exchange.Reports[^1].Record)
        : exchange.Error == Errno.EMSGSIZE ? QuicUdpOutcome.TooBig
        : exchange.Error != 0 ? QuicUdpOutcome.LocalError
        : exchange.Foreign > 0 ? QuicUdpOutcome.NotQuic
        : QuicUdpOutcome.Silent;

    /// <summary>What one ICMP report comes to.</summary>
    public static QuicUdpOutcome Of(ErrorQueueRecord record)
    {
        var ipv6 = record.Origin == ErrorOrigin.IcmpV6;
        return record.Errno == Errno.EMSGSIZE || (record.Origin != ErrorOrigin.Local && IcmpMeaning.IsTooBig(ipv6, record.Type, record.Code)) ? QuicUdpOutcome.TooBig
            : record.Origin == ErrorOrigin.Local ? QuicUdpOutcome.LocalError
            : IcmpMeaning.IsPortUnreachable(ipv6, record.Type, record.Code) ? QuicUdpOutcome.PortUnreachable
            : IsProhibited(ipv6, record.Type, record.Code) ? QuicUdpOutcome.Prohibited
            : QuicUdpOutcome.Unreachable;
    }

    /// <summary>A report as it is shown.</summary>
    public static IcmpReport Report(ErrorQueueRecord record, TimeSpan at, Func<IPAddress, bool> isLocal) => new()
    {
        Offender = record.Offender?.ToString() ?? "",
        OffenderIsLocal = record.Origin == ErrorOrigin.Local || (record.Offender is { } offender && isLocal(offender)),
        Origin = record.Origin.ToString(),
        Type = record.Type,
        Code = record.Code,
        Meaning = record.Origin == ErrorOrigin.Local ? Errno.Describe(record.Errno) : IcmpMeaning.Describe(record.Origin == ErrorOrigin.IcmpV6, record.Type, record.Code),
        ErrorName = Errno.Name(record.Errno),
        Mtu = record.Errno == Errno.EMSGSIZE ? (int)Math.Min(record.Info, int.MaxValue) : 0,
        OffsetMilliseconds = Milliseconds(at),
    };

    /// <summary>A time in milliseconds, to the microsecond.</summary>
    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static bool IsProhibited(bool ipv6, int type, int code) => ipv6
        ? type == IcmpMeaning.Unreachable6 && code is 1 or 5 or 6
        : type == IcmpMeaning.Unreachable4 && code is 9 or 10 or 13;
}
