using System.Xml;
using System.Xml.Linq;
using PacketPath.Core.Tests.Diagnosis;
using PacketPath.Core.Tests.Tracing;
using PacketPath.Reporting;

namespace PacketPath.Core.Tests.Reporting;

/// <summary>Reports of made-up objects, and their pages read back. The pages are written as XML too, so that a text which broke out of its place would not parse.</summary>
public static class SamplePages
{
    /// <summary>Text as a hostile peer would name itself.</summary>
    public const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;]]>--><!--\u202Egnp.exe\u2066\u001b[31m\0\r\n\u009b\ud800 \u05d0\u05d1";

    /// <summary>The same as a reader may see it.</summary>
    public const string Shown = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;]]>--><!--\uFFFDgnp.exe\uFFFD\uFFFD[31m\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD \u05d0\u05d1";

    public static readonly ReportOptions Options = new() { WrittenAt = Scene.Noon };

    public static string Page(params object[] items) => HtmlReport.Text(items, Options);

    public static XElement Read(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }

    /// <summary>A handshake that the server ends with an alert.</summary>
    public static TlsServerNameResult Tls()
    {
        var open = new Scene(false).Open();
        return new()
        {
            ComputerName = open.ComputerName, NetNamespace = open.NetNamespace, ObservedAt = open.ObservedAt, RemoteAddress = open.RemoteAddress, RemotePort = open.RemotePort, Protocol = TransportProtocol.Tcp,
            Handshakes =
            [
                new TlsHandshake
                {
                    ServerName = "a.example", Outcome = TlsOutcome.Alert, Alert = "unrecognized_name", HandshakeMilliseconds = 1.2,
                    Alerts = [new TlsAlert { IsFromPeer = true, IsFatal = true, Code = 112, Name = "unrecognized_name", OffsetMilliseconds = 1.1 }],
                    Records =
                    [
                        new TlsRecord { ContentType = "handshake", Messages = "client_hello", Length = 300 },
                        new TlsRecord { IsFromPeer = true, ContentType = "handshake", Messages = "server_hello", Length = 100, OffsetMilliseconds = 1 },
                        new TlsRecord { IsFromPeer = true, ContentType = "alert", Length = 2, OffsetMilliseconds = 1.1 },
                    ],
                },
            ],
        };
    }

    /// <summary>A trace whose every text is hostile.</summary>
    public static PacketTrace HostileTrace()
    {
        var trace = SampleTraces.LargePackets();
        var probe = (SynPathResult)trace.Evidence[0];
        var mtu = (MtuProbeResult)trace.Evidence[1];
        var packet = new SynPacket { Kind = SynPacketKind.Other, Flags = Hostile, From = Hostile, To = Hostile, InterfaceAlias = Hostile };
        return trace with
        {
            ComputerName = Hostile,
            NetNamespace = Hostile,
            TargetName = Hostile,
            RemoteAddress = Hostile,
            Verdict = new PacketFailure
            {
                FaultId = Hostile, Summary = Hostile, Proves = Hostile, DoesNotProve = Hostile, HelpUri = Hostile, NextSteps = [Hostile],
                Evidence = [new FailureEvidence { Observation = Hostile, Source = Hostile }],
            },
            Contributing = [new PacketFailure { FaultId = Hostile, Summary = Hostile }],
            Stages = [.. trace.Stages.Select((s, i) => s with { Name = Hostile, Observation = Hostile + i, Status = (TraceStageStatus)(i % 4) })],
            NotObserved = [new MissingObservation { What = Hostile, Why = Hostile, Remedy = Hostile }],
            Evidence =
            [
                probe with { ComputerName = Hostile, TargetName = Hostile, SocketError = Hostile, InterfaceAlias = Hostile, LocalAddress = Hostile, Syns = [packet], Replies = [packet], ErrorQueue = [new IcmpReport { Offender = Hostile, Meaning = Hostile }] },
                mtu with { RemoteAddress = Hostile, Hops = [new MtuHop { Ttl = 1, Address = Hostile, HostName = Hostile }], PacketTooBig = [new PacketTooBigReport { From = Hostile, SentSize = 1400, Reason = Hostile }], Probes = [new MtuProbePacket { Size = 1400, From = Hostile }] },
                new PacketRecord { ComputerName = Hostile, NetNamespace = Hostile, InterfaceAlias = Hostile, SourceAddress = Hostile, DestinationAddress = Hostile, Summary = Hostile, TcpFlags = Hostile },
                new SocketEntry { ComputerName = Hostile, LocalAddress = Hostile },
                Tls() with { RemoteAddress = Hostile, Handshakes = [new TlsHandshake { ServerName = Hostile, Alert = Hostile, Outcome = TlsOutcome.Alert, Records = [new TlsRecord { ContentType = Hostile, Messages = Hostile }, new TlsRecord { ContentType = "alert" }], Alerts = [new TlsAlert { Name = Hostile }] }] },
                new QuicPathResult
                {
                    RemoteAddress = Hostile, LocalAddress = Hostile, SocketError = Hostile, QuicAnswered = true, Versions = [Hostile], Controls = [new UdpControl { From = Hostile }], ErrorQueue = [new IcmpReport { Offender = Hostile, Meaning = Hostile }],
                    Handshake = new QuicHandshake { ServerName = Hostile, Alert = Hostile, CipherSuite = Hostile, RttMilliseconds = 1, Outcome = QuicHandshakeOutcome.Closed },
                },
                new DnsTruncationResult
                {
                    Name = Hostile, Type = Hostile, RemoteAddress = Hostile, ResponseCode = Hostile,
                    Exchanges = [new DnsExchange { ResponseCode = Hostile, Flags = Hostile, Rejected = [new DnsRejectedReply { From = Hostile, Detail = Hostile }], ErrorQueue = [new IcmpReport { Offender = Hostile, Meaning = Hostile }] }],
                },
            ],
        };
    }
}
