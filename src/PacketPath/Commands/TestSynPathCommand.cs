using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Makes a real TCP connection attempt and tells what the socket, its error queue and the wire saw of it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SynPath")]
[OutputType(typeof(SynPathResult))]
public sealed class TestSynPathCommand : HostCmdlet
{
    private const int DefaultPort = 443;
    private const string Own = "";

    private readonly ProbeSessions<SynPathSession> _sessions = new();
    private bool _portOnCommandLine;

    /// <summary>The destinations: addresses or names. A name is probed at every address it has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "ComputerName", "cn", "Destination")]
    [ValidateNotNullOrEmpty]
    public string[] TargetName { get; set; } = [];

    /// <summary>The TCP ports, 1 to 65535; each target is probed at each one. Default: 443.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort")]
    [ValidateNotNullOrEmpty]
    public int[] Port { get; set; } = [DefaultPort];

    /// <summary>The local address to connect from. Default: the kernel's choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SourceAddressCompleter))]
    public string? SourceAddress { get; set; }

    /// <summary>The interface to connect through, whatever the routes say (SO_BINDTODEVICE). Default: the routes' choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InterfaceAlias { get; set; }

    /// <summary>The firewall mark of the connection, as policy rules and firewalls see it. Needs CAP_NET_ADMIN.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose connection it is, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter]
    public uint? Uid { get; set; }

    /// <summary>How many seconds to wait for an answer. Default: 3, enough for two retransmissions.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>How many sockets may be open at once. Default: 1024.</summary>
    [Parameter]
    [ValidateRange(1, 60000)]
    public int ThrottleLimit { get; set; } = 1024;

    /// <summary>Does without the packet capture: the answer then rests on the socket and its error queue alone.</summary>
    [Parameter]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Where nothing answers, walks the TTL and names the last hop that does; where the target refuses, asks it for a packet to compare the refusal with.</summary>
    [Parameter]
    public SwitchParameter FindHop { get; set; }

    /// <summary>The highest TTL of the walk. Default: 30.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int MaxHops { get; set; } = 30;

    /// <summary>Probes the IPv4 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Probes the IPv6 addresses of a name only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => _portOnCommandLine = MyInvocation.BoundParameters.ContainsKey(nameof(Port));

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Session() is not { } session)
        {
            return;
        }

        foreach (var text in TargetName)
        {
            foreach (var target in session.Expand(text, Ports(), Family()))
            {
                session.Add(target);
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

    private AddressFamily? Family() => IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6;

    // Objects about a destination carry port 0 where none was asked.
    private IEnumerable<int> Ports()
    {
        foreach (var port in Port.Distinct())
        {
            if (port == 0 && !_portOnCommandLine)
            {
                yield return DefaultPort;
            }
            else if (port is < 1 or > 65535)
            {
                WriteProblem(new ArgumentException($"{port} is not a TCP port."), "PortOutOfRange", ErrorCategory.InvalidArgument, port, "Give a port from 1 to 65535.");
            }
            else
            {
                yield return port;
            }
        }
    }

    private SynPathSession? Session() => _sessions.Of($"{NetNamespace ?? Own}\n{Mark}", Open);

    private ProbeSessionOptions Asked() => new()
    {
        NetNamespace = NetNamespace,
        InterfaceAlias = InterfaceAlias,
        SourceAddress = SourceAddress,
        ThrottleLimit = ThrottleLimit,
    };

    private SynPathSession? Open()
    {
        SynPathSession? session = null;
        try
        {
            Look(NetNamespace, () => session = new SynPathSession(this, StopToken, Asked(), ns => new SynProbeOptions
            {
                Namespace = ns,
                InterfaceAlias = InterfaceAlias,
                Mark = Mark,
                Uid = Uid,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                ThrottleLimit = ThrottleLimit,
                Capture = !NoCapture,
                FindHop = FindHop,
                MaxHops = MaxHops,
            }));
        }
        catch (TargetException failure)
        {
            WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, SourceAddress, failure.Advice);
        }

        return session;
    }
}
