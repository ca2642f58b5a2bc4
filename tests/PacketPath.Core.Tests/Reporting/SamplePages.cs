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
            ],
        };
    }
}
