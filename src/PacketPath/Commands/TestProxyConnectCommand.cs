using System.Management.Automation;
using System.Net;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Asks an HTTP proxy for a tunnel to a target (CONNECT), after a TCP attempt on the proxy itself, and writes down what it answers.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ProxyConnect")]
[OutputType(typeof(ProxyConnectResult))]
public sealed class TestProxyConnectCommand : HostCmdlet
{
    private readonly ProbeSessions<ProxySession> _sessions = new();

    /// <summary>Where the tunnels are to end: URIs, or host:port (port 443 where none is written). The proxy resolves the names, not this host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Uri", "Url")]
    [ValidateNotNullOrEmpty]
    public string[] Target { get; set; } = [];

    /// <summary>The proxy: http://host:port, https://host:port or host:port, perhaps with user:password@ before the host. A name is asked at every address it has. Default: what the environment names for the target (https_proxy, http_proxy, all_proxy), unless no_proxy exempts it; with -Proxy, no_proxy is not asked.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProxyCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Proxy { get; set; }

    /// <summary>User and password for the proxy, sent by the Basic scheme. Default: those of the proxy's address, if it has any.</summary>
    [Parameter]
    [Credential]
    [Alias("ProxyCredential")]
    public PSCredential? Credential { get; set; }

    /// <summary>Sends the credential even to an https:// proxy whose certificate is not trusted; without this, it is withheld there.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>Speaks TLS through the tunnel, and asks for this server name. Default: no TLS.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServerName { get; set; }

    /// <summary>How many seconds to wait for each answer: of TCP, of TLS, and of the proxy. A proxy that tries an unreachable target may take minutes. Default: 5.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 5;

    /// <summary>How many targets to ask for at once. Default: 64.</summary>
    [Parameter]
    [ValidateRange(1, 10000)]
    public int ThrottleLimit { get; set; } = 64;

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

    /// <summary>The firewall mark of the connections, as policy rules and firewalls see it. Needs CAP_NET_ADMIN.</summary>
    [Parameter]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose connections they are, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter]
    public uint? Uid { get; set; }

    /// <summary>Does without the packet capture beside the TCP attempt: that then rests on the socket and its error queue alone.</summary>
    [Parameter]
    public SwitchParameter NoCapture { get; set; }

    /// <summary>Asks the proxy at its IPv4 addresses only.</summary>
    [Parameter]
    public SwitchParameter IPv4 { get; set; }

    /// <summary>Asks the proxy at its IPv6 addresses only.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Secret() is { } given && BasicCredential.Problem(given.UserName, given.Password) is { } problem)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The -Credential {problem}."), "ProxyCredentialInvalid", ErrorCategory.InvalidArgument, given.UserName));
        }

        if (TlsArguments.WrongName([ServerName]) is { } wrong)
        {
            ThrowTerminatingError(wrong);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Session() is not { } session)
        {
            return;
        }

        foreach (var text in Target)
        {
            if (ProxyQuestion.Choose(this, text) is not var (tunnel, proxy, variable))
            {
                continue;
            }

            foreach (var address in session.Addresses(proxy, IPv4 == IPv6 ? null : IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6))
            {
                session.Add(new ProxyTarget(tunnel, proxy, address, variable));
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

    private NetworkCredential? Secret() =>
        Credential is null || Credential == PSCredential.Empty ? null : new NetworkCredential(Credential.UserName, Credential.Password);

    private ProxySession? Session() => _sessions.Of(NetNamespace ?? "", Open);

    private ProxySession? Open()
    {
        ProxySession? session = null;
        var asked = new ProbeSessionOptions
        {
            NetNamespace = NetNamespace,
            InterfaceAlias = InterfaceAlias,
            SourceAddress = SourceAddress,
            ThrottleLimit = ThrottleLimit,
            Activity = "Asking proxies for tunnels",
        };
        try
        {
            Look(NetNamespace, () => session = new ProxySession(this, StopToken, asked, ns => new ProxyProbeOptions
            {
                Namespace = ns,
                InterfaceAlias = InterfaceAlias,
                Mark = Mark,
                Uid = Uid,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                ThrottleLimit = ThrottleLimit,
                Capture = !NoCapture,
                Credential = Secret(),
                ServerName = ServerName,
                SkipCertificateCheck = SkipCertificateCheck,
            }));
        }
        catch (TargetException failure)
        {
            WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, SourceAddress, failure.Advice);
        }

        return session;
    }
}
