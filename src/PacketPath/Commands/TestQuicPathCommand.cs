using System.Globalization;
using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Asks for QUIC over UDP, beside TCP on the same port, and tells what came of both and how far the datagrams got.</summary>
[Cmdlet(VerbsDiagnostic.Test, "QuicPath")]
[OutputType(typeof(QuicPathResult))]
public sealed class TestQuicPathCommand : HostCmdlet
{
    private const int DefaultPort = 443;

    private readonly ProbeSessions<QuicPathSession> _sessions = new();
    private string? _serverName;
    private string? _controlName;

    /// <summary>The destinations: addresses or names. A name is asked at every address it has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "ComputerName", "cn", "Destination")]
    [ValidateNotNullOrEmpty]
    public string[] TargetName { get; set; } = [];

    /// <summary>The port, of UDP and TCP alike, 1 to 65535. Default: 443.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort")]
    public int Port { get; set; } = DefaultPort;

    /// <summary>The server name to begin a handshake with. It shows whether a name is filtered or refused. Default: none; Version Negotiation alone is asked for, which carries no name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(TargetHostCompleter))]
    public string? ServerName { get; set; }

    /// <summary>The name of a second handshake, begun only where the one with -ServerName meets silence. Default: none; it is then begun without a name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ControlName { get; set; }

    /// <summary>The application protocols to offer in a handshake. Default: h3.</summary>
    [Parameter]
    [Alias("Alpn")]
    [ValidateNotNullOrEmpty]
    [ValidateLength(1, 255)]
    public string[] ApplicationProtocol { get; set; } = ["h3"];

    /// <summary>The local address to send from. Default: the kernel's choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SourceAddressCompleter))]
    public string? SourceAddress { get; set; }

    /// <summary>The interface to send through, whatever the routes say (SO_BINDTODEVICE). Default: the routes' choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InterfaceAlias { get; set; }

    /// <summary>The firewall mark of what is sent, as policy rules and firewalls see it. Needs CAP_NET_ADMIN.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose packets they are, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter]
    public uint? Uid { get; set; }

    /// <summary>How many seconds to wait for an answer; datagrams are sent again meanwhile, after waits that double. Default: 3.</summary>
    [Parameter]
    [ValidateRange(0.05, 3600.0)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>The highest TTL of the walk that is made where QUIC meets silence and TCP does not. Default: 30.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int MaxHops { get; set; } = 30;

    /// <summary>How many targets to ask at once. Default: 64.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int ThrottleLimit { get; set; } = 64;

    /// <summary>Does without packet captures: answers that a firewall of this host drops are then not told from silence.</summary>
    [Parameter]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Asks the IPv4 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Asks the IPv6 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => (_serverName, _controlName) = (HostName(ServerName, nameof(ServerName)), HostName(ControlName, nameof(ControlName)));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Objects about a destination carry port 0 where none was asked.
        if (Port is < 0 or > 65535 || (Port == 0 && !MyInvocation.ExpectingInput))
        {
            WriteProblem(new ArgumentException($"{Port} is not a port."), "PortOutOfRange", ErrorCategory.InvalidArgument, Port, "Give a port from 1 to 65535.");
            return;
        }

        if (Session() is not { } session)
        {
            return;
        }

        foreach (var text in TargetName)
        {
            foreach (var address in session.Expand(text, IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6))
            {
                session.Add(new QuicTarget(text, address, Port == 0 ? DefaultPort : Port));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => _sessions.Finish();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sessions.Dispose();
        }

        base.Dispose(disposing);
    }

    // What a ClientHello may carry: a host name in ASCII, no address (RFC 6066, section 3).
    private string? HostName(string? text, string parameter)
    {
        if (text is null)
        {
            return null;
        }

        if (TargetParser.TryParse(text, out var target, out var problem) && target.Address is null && target.HostName is { } name)
        {
            return name.TrimEnd('.');
        }

        var error = new ErrorRecord(
            new ArgumentException(problem?.Message ?? $"'{text}' is an address; a server name is a host name."), parameter + "Invalid", ErrorCategory.InvalidArgument, text);
        error.ErrorDetails = new ErrorDetails(error.Exception.Message) { RecommendedAction = problem?.Advice ?? $"Give -{parameter} a host name, or leave it out." };
        ThrowTerminatingError(error);
        return null;
    }

    private QuicPathSession? Session() => _sessions.Of(string.Create(CultureInfo.InvariantCulture, $"{Mark} {NetNamespace}"), () => QuicPathSession.Open(this, StopToken, Look, _serverName, _controlName));
}
