using System.Management.Automation;
using PacketPath.Binding;
using PacketPath.Probes;
using PacketPath.Targets;
using PacketPath.Tls;

namespace PacketPath.Commands;

/// <summary>Makes TLS handshakes with one address, one for each server name, and tells how far each came and what was served.</summary>
[Cmdlet(VerbsDiagnostic.Test, "TlsServerName")]
[OutputType(typeof(TlsServerNameResult))]
public sealed class TestTlsServerNameCommand : HostCmdlet
{
    private const int DefaultPort = 443;

    private readonly ProbeSessions<TlsSession> _sessions = new();
    private TlsTrust _trust = TlsTrust.System;

    /// <summary>The destinations: addresses or names. A name is probed at every address it has.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RemoteAddress", "ComputerName", "cn", "Destination")]
    [ValidateNotNullOrEmpty]
    public string[] TargetName { get; set; } = [];

    /// <summary>The TCP port, 1 to 65535. Default: 443.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("RemotePort")]
    public int Port { get; set; } = DefaultPort;

    /// <summary>The server names to ask for, each in a handshake of its own. An address is not sent as a name, but held against the certificate; an empty text sends no name and judges none. Default: the target's name, or no name where it is an address.</summary>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyString]
    public string[] ServerName { get; set; } = [];

    /// <summary>A name to compare with, one that is known to be served. Default: none; a handshake without a name takes its place where a name fails and no other passes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ControlName { get; set; }

    /// <summary>The application protocols to offer, for example h2, http/1.1. Default: none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AlpnCompleter))]
    public string[] Alpn { get; set; } = [];

    /// <summary>Asks each name a second time with a ClientHello of more than one segment.</summary>
    [Parameter]
    public SwitchParameter LargeClientHello { get; set; }

    /// <summary>Files of certificates, in PEM or DER, that certificate chains may end in beside the roots of the system. Default: the roots of the system alone.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] TrustedCertificate { get; set; } = [];

    /// <summary>How many seconds to wait for the connection, and for each handshake. Default: 3.</summary>
    [Parameter]
    [ValidateRange(0.01, 3600.0)]
    public double TimeoutSeconds { get; set; } = 3;

    /// <summary>How many targets to probe at once. Default: 64.</summary>
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
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public uint Mark { get; set; }

    /// <summary>The id of the user whose connections they are, as policy rules and firewalls see it. Default: your own. Another's needs CAP_SETUID.</summary>
    [Parameter]
    public uint? Uid { get; set; }

    /// <summary>Does without the packet capture: TTLs and the packets of a reset are then not seen.</summary>
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
        var trust = TlsArguments.Trust([.. TrustedCertificate.Select(GetUnresolvedProviderPathFromPSPath)], TrustedCertificate, out var unusable);
        if ((TlsArguments.WrongName(ServerName.Append(ControlName)) ?? TlsArguments.WrongProtocol(Alpn) ?? unusable) is { } wrong)
        {
            ThrowTerminatingError(wrong);
        }

        _trust = trust!;
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // Objects about a destination carry port 0 where none was asked.
        var port = Port == 0 && MyInvocation.ExpectingInput ? DefaultPort : Port;
        if (port is < 1 or > 65535)
        {
            WriteProblem(new ArgumentException($"{port} is not a TCP port."), "PortOutOfRange", ErrorCategory.InvalidArgument, port, "Give a port from 1 to 65535.");
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
                session.Add(new TlsTarget(text, address, port));
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

    private TlsSession? Session() => _sessions.Of($"{NetNamespace}\n{Mark}", Open);

    private ProbeSessionOptions Asked() => new()
    {
        NetNamespace = NetNamespace,
        InterfaceAlias = InterfaceAlias,
        SourceAddress = SourceAddress,
        ThrottleLimit = ThrottleLimit,
        Activity = "Making TLS handshakes",
        Done = "answered or timed out",
    };

    private TlsSession? Open()
    {
        TlsSession? session = null;
        try
        {
            Look(NetNamespace, () => session = new TlsSession(this, StopToken, Asked(), ns => new TlsProbeOptions
            {
                Namespace = ns,
                InterfaceAlias = InterfaceAlias,
                Mark = Mark,
                Uid = Uid,
                Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
                ThrottleLimit = ThrottleLimit,
                Capture = !NoCapture,
                ServerNames = ServerName,
                ControlName = ControlName,
                Alpn = Alpn,
                LargeClientHello = LargeClientHello,
                Trust = _trust,
            }));
        }
        catch (TargetException failure)
        {
            WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, SourceAddress, failure.Advice);
        }

        return session;
    }
}
