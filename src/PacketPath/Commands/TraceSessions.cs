using System.Management.Automation;
using PacketPath.Targets;
using PacketPath.Tls;
using PacketPath.Tracing;

namespace PacketPath.Commands;

/// <summary>The sessions of a call of Trace-PacketPath, one for each namespace traced in; each is opened when its first target comes.</summary>
/// <param name="cmdlet">How it is asked for, and who reports what cannot be opened.</param>
/// <param name="stop">Ends every wait.</param>
/// <param name="trust">What certificates are judged by.</param>
internal sealed class TraceSessions(TracePacketPathCommand cmdlet, CancellationToken stop, TlsTrust trust) : IDisposable
{
    private readonly ProbeSessions<TraceSession> _sessions = new();

    /// <summary>The session of the namespace the cmdlet is at; null where it could not be opened, which was reported.</summary>
    public TraceSession? Current() => _sessions.Of(cmdlet.NetNamespace ?? "", Open);

    /// <summary>Writes every trace that is still to come.</summary>
    public void Finish() => _sessions.Finish();

    /// <inheritdoc/>
    public void Dispose() => _sessions.Dispose();

    private TraceSession? Open()
    {
        TraceSession? session = null;
        var asked = new ProbeSessionOptions
        {
            NetNamespace = cmdlet.NetNamespace,
            InterfaceAlias = cmdlet.InterfaceAlias,
            SourceAddress = cmdlet.SourceAddress,
            ThrottleLimit = cmdlet.ThrottleLimit,
            Activity = "Tracing",
            Done = "traced",
        };
        try
        {
            cmdlet.TryLook(() => session = new TraceSession(cmdlet, stop, asked, ns => new TraceOptions
            {
                Namespace = ns,
                InterfaceAlias = cmdlet.InterfaceAlias,
                Mark = cmdlet.Mark,
                Uid = cmdlet.Uid,
                Deep = cmdlet.Deep,
                ServerName = cmdlet.ServerName,
                ControlName = cmdlet.ControlName,
                QueryName = cmdlet.QueryName,
                QueryType = cmdlet.QueryType,
                Quic = cmdlet.Protocol.Equals("Quic", StringComparison.OrdinalIgnoreCase),
                Udp = cmdlet.IsUdp,
                Payload = cmdlet.Payload.Length == 0 ? null : cmdlet.Payload,
                Trust = trust,
                Timeout = TimeSpan.FromSeconds(cmdlet.TimeoutSeconds),
                ThrottleLimit = cmdlet.ThrottleLimit,
                MaxHops = cmdlet.MaxHops,
                Capture = !cmdlet.NoCapture,
            }));
        }
        catch (TargetException failure)
        {
            cmdlet.WriteProblem(failure, "SourceAddressInvalid", ErrorCategory.InvalidArgument, cmdlet.SourceAddress, failure.Advice);
        }

        return session;
    }
}
