using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Asks name servers for a name over UDP with several buffer sizes, and over TCP where that is called for, and compares what comes back.</summary>
[Cmdlet(VerbsDiagnostic.Test, "DnsTruncation")]
[OutputType(typeof(DnsTruncationResult))]
public sealed class TestDnsTruncationCommand : HostCmdlet
{
    private readonly ProbeSessions<DnsProbeSession> _sessions = new();

    /// <summary>The names to ask for. They are taken as complete: no search domain is appended. With -Type PTR an address may stand for its name in reverse.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("QueryName")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The name servers to ask, each on its own: addresses, or names, which are asked at every address they have. Default: those of resolv.conf, as <c>ip netns exec</c> would show it in the namespace.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "DnsServer", "ComputerName", "cn")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DnsServerCompleter))]
    public string[]? Server { get; set; }

    /// <summary>The types of record to ask for: A, AAAA, TXT, HTTPS ... or a number as in TYPE65. Default: A.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DnsTypeCompleter))]
    public string[] Type { get; set; } = ["A"];

    /// <summary>The sizes of answer to allow by EDNS, each in a query of its own, side by side; 0 stands for a query without EDNS. Default: 512, 1232 and 4096.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(0, 65535)]
    public int[] BufferSize { get; set; } = [512, 1232, 4096];

    /// <summary>The port of the name servers. Default: 53.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort", "Port")]
    [ValidateRange(1, 65535)]
    public int ServerPort { get; set; } = 53;

    /// <summary>How many seconds to wait for the answers over UDP, during which a query is sent up to three times, and again for one over TCP. Default: 3.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>How many questions are under way at once, each with all its sizes. Default: 64.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int ThrottleLimit { get; set; } = 64;

    /// <summary>The local address to ask from. Default: the kernel's choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceAddress { get; set; }

    /// <summary>The interface to ask through, whatever the routes say (SO_BINDTODEVICE). Default: the routes' choice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceAliasCompleter))]
    public string? InterfaceAlias { get; set; }

    /// <summary>The firewall mark of the queries, as policy rules and firewalls see it. Needs CAP_NET_ADMIN.</summary>
    [Parameter]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose queries they are, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter]
    public uint? Uid { get; set; }

    /// <summary>Asks for the records of DNSSEC as well, which makes answers large.</summary>
    [Parameter]
    public SwitchParameter Dnssec { get; set; }

    /// <summary>Sends no cookie along (RFC 7873).</summary>
    [Parameter]
    public SwitchParameter NoCookie { get; set; }

    /// <summary>Does without watching the wire: fragments are then not counted, and an answer that a firewall of this host drops looks like none.</summary>
    [Parameter]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Asks the servers at their IPv4 addresses only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Asks the servers at their IPv6 addresses only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Session() is not { } session)
        {
            return;
        }

        var source = Server is null ? session.Resolvers.Path + (session.Resolvers.IsDefault ? " names none" : "") : "-Server";
        foreach (var name in Name)
        {
            var types = Type.Where(type => IsAskable(name, type)).ToList();
            foreach (var server in types.Count == 0 ? [] : Server ?? OfFamily(session.Resolvers.Servers))
            {
                foreach (var address in session.Expand(server, IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6))
                {
                    types.ForEach(type => session.Add(new DnsTarget(server, address, name, type, source)));
                }
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

    private bool IsAskable(string name, string type)
    {
        if (DnsQuestionAsked.TryParse(name, type, out _, out _, out var problem, out var advice))
        {
            return true;
        }

        var isType = !DnsTypes.TryParse(type, out _);
        WriteProblem(new ArgumentException(problem), isType ? "RecordTypeUnknown" : "NameMalformed", ErrorCategory.InvalidArgument, isType ? type : name, advice);
        return false;
    }

    // Of a list that nobody typed, the other family is passed over in silence.
    private IEnumerable<string> OfFamily(string[] servers) => IPv4 == IPv6 ? servers : servers.Where(s => s.Contains(':') == IPv6);

    private DnsProbeSession? Session() => _sessions.Of($"{NetNamespace}\n{ServerPort}", Open);

    private DnsProbeSession? Open()
    {
        DnsProbeSession? session = null;
        var asked = new ProbeSessionOptions
        {
            NetNamespace = NetNamespace,
            InterfaceAlias = InterfaceAlias,
            SourceAddress = SourceAddress,
            ThrottleLimit = ThrottleLimit,
            Activity = "Asking name servers",
        };
        try
        {
            Look(NetNamespace, () => session = new DnsProbeSession(this, StopToken, asked, ns => new DnsProbeOptions
            {
                Namespace = ns,
                InterfaceAlias = InterfaceAlias,
                Mark = Mark,
                Uid = Uid,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                ThrottleLimit = ThrottleLimit,
                Capture = !NoCapture,
                ServerPort = ServerPort,
                BufferSizes = BufferSize,
                Cookies = !NoCookie,
                Dnssec = Dnssec,
            }));
        }
        catch (TargetException failure)
        {
            WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, SourceAddress, failure.Advice);
        }

        return session;
    }
}
