using System.Management.Automation;
using PacketPath.HostState;
using PacketPath.Probes;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>The session of Test-QuicPath.</summary>
internal sealed class QuicPathSession : ProbeSession<QuicTarget, QuicPathResult>
{
    private QuicPathSession(TestQuicPathCommand cmdlet, CancellationToken stop, ProbeSessionOptions session, Func<NetworkNamespace, QuicProbeOptions> options)
        : base(cmdlet, stop, session, (ns, source) => new QuicProbe(options(ns) with { SourceAddress = source }))
    {
    }

    /// <summary>Opens a session as the cmdlet was asked; null where that failed, which is reported.</summary>
    public static QuicPathSession? Open(TestQuicPathCommand cmdlet, CancellationToken stop, Func<object?, Action, bool> look, string? serverName, string? controlName)
    {
        var asked = new ProbeSessionOptions
        {
            NetNamespace = cmdlet.NetNamespace,
            InterfaceAlias = cmdlet.InterfaceAlias,
            SourceAddress = cmdlet.SourceAddress,
            ThrottleLimit = cmdlet.ThrottleLimit,
            Activity = "Asking for QUIC",
        };
        QuicPathSession? session = null;
        try
        {
            look(cmdlet.NetNamespace, () => session = new QuicPathSession(cmdlet, stop, asked, ns => new QuicProbeOptions
            {
                Namespace = ns,
                InterfaceAlias = cmdlet.InterfaceAlias,
                Mark = cmdlet.Mark,
                Uid = cmdlet.Uid,
                Timeout = TimeSpan.FromSeconds(cmdlet.TimeoutSeconds),
                ThrottleLimit = cmdlet.ThrottleLimit,
                Capture = !cmdlet.NoCapture,
                ServerName = serverName,
                ControlName = controlName,
                ApplicationProtocols = cmdlet.ApplicationProtocol,
                MaxHops = cmdlet.MaxHops,
            }));
        }
        catch (TargetException failure)
        {
            cmdlet.WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, cmdlet.SourceAddress, failure.Advice);
        }

        return session;
    }

    /// <inheritdoc/>
    protected override string NameOf(QuicTarget target) => target.Name;
}
