using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Finds the largest packet that the path to a target carries, by sending, and the hop where larger ones vanish.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "MtuProbe")]
[OutputType(typeof(MtuProbeResult))]
public sealed class InvokeMtuProbeCommand : HostCmdlet
{
    // traceroute's first port: closed nearly everywhere, so the target answers what reaches it.
    private const int ClosedPort = 33434;
    private const int DefaultTcpPort = 443;
    private const int LargestMtu = 65575;

    private readonly ProbeSessions<MtuProbeSession> _sessions = new();

    /// <summary>The destinations: addresses or names. A name is probed at every address it has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "ComputerName", "cn", "Destination")]
    [ValidateNotNullOrEmpty]
    public string[] TargetName { get; set; } = [];

    /// <summary>The port, 1 to 65535: of the connections with -Method Tcp and Auto (default: 443), of the datagrams with -Method Udp (default: 33434, closed nearly everywhere).</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort")]
    public int Port { get; set; }

    /// <summary>How to probe: Udp (datagrams to a closed port; needs no privilege), Icmp (echoes), Tcp (segments of connections), or Auto (datagrams and echoes side by side, connections where the target answers neither). Default: Auto.</summary>
    [Parameter]
    public MtuMethod Method { get; set; }

    /// <summary>The smallest size of interest, IP header included. Default: the protocol's minimum, 68 or 1280.</summary>
    [Parameter]
    [ValidateRange(68, LargestMtu)]
    public int MinimumMtu { get; set; }

    /// <summary>The largest size of interest, IP header included. Default: the MTU of the egress interface.</summary>
    [Parameter]
    [ValidateRange(68, LargestMtu)]
    public int MaximumMtu { get; set; }

    /// <summary>The highest TTL of the walk along the hops. Default: 30.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int MaxHops { get; set; } = 30;

    /// <summary>How many seconds to wait for an answer while nothing has been heard from the target; after that a few round trips are enough. Default: 1.</summary>
    [Parameter]
    [ValidateRange(0.01, 60.0)]
    public double TimeoutSeconds { get; set; } = 1;

    /// <summary>How many targets to probe at once. Default: 64.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int ThrottleLimit { get; set; } = 64;

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

    /// <summary>Looks up the names of the hops.</summary>
    [Parameter]
    public SwitchParameter ResolveHopNames { get; set; }

    /// <summary>Does without watching ICMP on the wire: a Packet Too Big that a firewall of this host drops is then not seen.</summary>
    [Parameter]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Probes the IPv4 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Probes the IPv6 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (MinimumMtu > 0 && MaximumMtu > 0 && MinimumMtu > MaximumMtu)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"-MinimumMtu {MinimumMtu} is larger than -MaximumMtu {MaximumMtu}."), "MtuRangeEmpty", ErrorCategory.InvalidArgument, MinimumMtu));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Objects about a destination carry port 0 where none was asked.
        if (Port is < 0 or > 65535 || (Port == 0 && MyInvocation.BoundParameters.TryGetValue(nameof(Port), out _) && !MyInvocation.ExpectingInput))
        {
            WriteProblem(new ArgumentException($"{Port} is not a port."), "PortOutOfRange", ErrorCategory.InvalidArgument, Port, "Give a port from 1 to 65535.");
            return;
        }

        if (Session() is not { } session)
        {
            return;
        }

        var udp = Method == MtuMethod.Udp && Port > 0 ? Port : ClosedPort;
        var tcp = Port > 0 ? Port : DefaultTcpPort;
        foreach (var text in TargetName)
        {
            foreach (var address in session.Expand(text, IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6))
            {
                session.Add(new MtuTarget(text, address, udp, tcp));
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

    private MtuProbeSession? Session() => _sessions.Of(NetNamespace ?? "", Open);

    private ProbeSessionOptions Asked() => new()
    {
        NetNamespace = NetNamespace,
        InterfaceAlias = InterfaceAlias,
        SourceAddress = SourceAddress,
        ThrottleLimit = ThrottleLimit,
        Activity = "Probing path MTU",
        Done = "measured",
    };

    private MtuProbeSession? Open()
    {
        MtuProbeSession? session = null;
        try
        {
            Look(NetNamespace, () => session = new MtuProbeSession(this, StopToken, Asked(), ns => new MtuProbeOptions
            {
                Namespace = ns,
                Method = Method,
                InterfaceAlias = InterfaceAlias,
                MinimumMtu = MinimumMtu,
                MaximumMtu = MaximumMtu,
                MaxHops = MaxHops,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                ThrottleLimit = ThrottleLimit,
                Capture = !NoCapture,
            }));
        }
        catch (TargetException failure)
        {
            WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, SourceAddress, failure.Advice);
        }

        return session;
    }
}
