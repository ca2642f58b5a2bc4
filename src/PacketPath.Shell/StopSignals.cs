using System.Management.Automation;
using System.Runtime.InteropServices;

namespace PacketPath.Shell;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP into a stop of the running pipeline, so that its <c>finally</c> blocks run.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly List<Watched> _watched = [];

    public StopSignals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
        ];
    }

    /// <summary>The number of the last signal that stopped a pipeline; null where none did.</summary>
    public int? Received { get; private set; }

    /// <summary>Forgets the last signal.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            Received = null;
        }
    }

    /// <summary>Makes a signal stop this pipeline until the result is disposed.</summary>
    public Watched Watch(PowerShell shell)
    {
        var watched = new Watched(this, shell);
        lock (_gate)
        {
            _watched.Add(watched);
        }

        return watched;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        var number = context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGTERM => 15,
            _ => 2,
        };
        lock (_gate)
        {
            if (_watched.Count == 0)
            {
                // Nothing runs: at the prompt Ctrl-C is a key, and the other signals end the process.
                context.Cancel = context.Signal == PosixSignal.SIGINT;
                return;
            }

            var innermost = _watched[^1];
            if (innermost.Signal is not null)
            {
                // The second signal ends the process, whatever the pipeline does.
                return;
            }

            context.Cancel = true;
            Received = number;
            innermost.Signal = number;
            innermost.Shell.BeginStop(null, null);
        }
    }

    /// <summary>A pipeline that a signal stops.</summary>
    public sealed class Watched(StopSignals owner, PowerShell shell) : IDisposable
    {
        /// <summary>The signal that came; null where none did.</summary>
        public int? Signal { get; set; }

        /// <summary>The pipeline.</summary>
        public PowerShell Shell => shell;

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._watched.Remove(this);
            }
        }
    }
}
