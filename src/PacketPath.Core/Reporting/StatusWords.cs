using PacketPath.Diagnosis;

namespace PacketPath.Reporting;

/// <summary>How verdicts and stages are named and coloured.</summary>
internal static class StatusWords
{
    /// <summary>The style of a verdict: ok, bad or unknown.</summary>
    public static string Tone(PacketFailure verdict) => verdict.FaultId switch { "NoFault" => "ok", "Indeterminate" => "unknown", _ => "bad" };

    /// <summary>The style of a stage.</summary>
    public static string Tone(TraceStageStatus status) => status switch
    {
        TraceStageStatus.Cleared => "ok",
        TraceStageStatus.Fault => "bad",
        TraceStageStatus.NotObserved => "unknown",
        _ => "off",
    };

    /// <summary>The mark that stands for a style where colour does not show.</summary>
    public static string Mark(string tone) => tone switch { "ok" => "✓", "bad" => "✕", "unknown" => "?", _ => "·" };

    /// <summary>A stage's status in words.</summary>
    public static string Words(TraceStageStatus status) => status switch
    {
        TraceStageStatus.Cleared => "in order",
        TraceStageStatus.Fault => "broken here",
        TraceStageStatus.NotObserved => "not seen",
        _ => "not reached",
    };

    /// <summary>The target as a person writes it: address and port, or what this host was asked about itself.</summary>
    public static string Target(DestinationEvidence about) =>
        about.RemoteAddress.Length == 0 ? about is PacketTrace { TargetName: { Length: > 0 } name } ? TargetKey.Text(name, about.RemotePort) : "this host" : TargetKey.Text(about.RemoteAddress, about.RemotePort);

    /// <summary>Who looked: the host, and the namespace where it has a name.</summary>
    public static string Place(string computer, string netNamespace)
    {
        var host = computer.Length == 0 ? "an unnamed host" : computer;
        return netNamespace.Length == 0 || netNamespace.StartsWith("net:[", StringComparison.Ordinal) ? host : $"{host}, {netNamespace}";
    }

    /// <summary>A duration, short.</summary>
    public static string Milliseconds(double value) => value switch
    {
        < 10 => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0.00} ms"),
        < 1000 => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0} ms"),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value / 1000:0.###} s"),
    };
}
