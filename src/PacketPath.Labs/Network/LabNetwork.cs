using System.Runtime.InteropServices;
using PacketPath.HostState;

namespace PacketPath.Labs;

/// <summary>A lab network that stands: namespaces, links and services of one run. Disposing it removes everything.</summary>
public sealed class LabNetwork : IDisposable
{
    private readonly LabOwnership _ownership;
    private readonly Dictionary<string, string> _namespaces;
    private readonly EventHandler _onExit;
    private readonly PosixSignalRegistration[] _onSignal;
    private readonly LabServices _services = new();
    private readonly object _gate = new();
    private bool _gone;

    private LabNetwork(LabOwnership ownership, LabTopology topology)
    {
        _ownership = ownership;
        _namespaces = topology.Nodes.ToDictionary(n => n.Name, n => ownership.NamespacePrefix + n.Name, StringComparer.Ordinal);
        _onExit = (_, _) => Dispose();
        AppDomain.CurrentDomain.ProcessExit += _onExit;
        // The runtime need not raise ProcessExit for these; Ctrl-C is the host's business and ends in Dispose as well.
        _onSignal = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, _ => Dispose()))];
    }

    /// <summary>Node names and the namespaces they live in.</summary>
    public IReadOnlyDictionary<string, string> Nodes => _namespaces;

    /// <summary>The file of the certificate authority that signs for the lab's TLS services, for <c>-TrustedCertificate</c>; null where it has none.</summary>
    public string? AuthorityPath => _services.AuthorityPath;

    /// <summary>Builds the network. What stands already is removed when a step fails.</summary>
    /// <exception cref="LabException">It cannot be built; the message says which step and why.</exception>
    public static LabNetwork Build(LabTopology topology, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(topology);
        if (LabPrivilege.Missing() is { } why)
        {
            throw new LabException(why, "Run as root: sudo pwsh.");
        }

        LabOwnership.RemoveLeftovers();
        var network = new LabNetwork(LabOwnership.Take(), topology);
        try
        {
            network.Raise(topology, stop);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Builds a scenario's network and breaks it.</summary>
    /// <exception cref="LabException">It cannot be built or broken; the message says which step and why.</exception>
    public static LabNetwork Build(LabScenario scenario, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        var network = Build(scenario.Topology, stop);
        try
        {
            network.Break(scenario.Break, stop);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Runs the commands that break it, in order.</summary>
    /// <exception cref="LabException">One of them failed.</exception>
    public void Break(IEnumerable<LabBreakage> steps, CancellationToken stop = default)
    {
        var broken = false;
        foreach (var step in steps)
        {
            MustExec(step.Node, step.Run.Contains('\n') ? "set -e\n" + step.Run : step.Run, stop);
            broken = true;
        }

        if (broken)
        {
            LinkWait.UntilSettled(_namespaces.Values, stop);
        }
    }

    /// <summary>The namespace of a node, for <c>-NetNamespace</c>.</summary>
    public string NamespaceOf(string node) =>
        _namespaces.TryGetValue(node, out var name)
            ? name
            : throw new LabException($"The lab has no node '{node}'.", $"Its nodes are: {string.Join(", ", _namespaces.Keys)}.");

    /// <summary>Runs a command with <c>sh</c> in a node, to its end.</summary>
    public CommandResult Exec(string node, string command, TimeSpan? timeout = null, CancellationToken stop = default) =>
        LabCommand.Run("ip", ["netns", "exec", NamespaceOf(node), "sh", "-c", command], null, timeout, stop);

    /// <summary>Runs a command with <c>sh</c> in a node; anything but exit code 0 is an error.</summary>
    /// <exception cref="LabException">The command failed.</exception>
    public CommandResult MustExec(string node, string command, CancellationToken stop = default)
    {
        var result = Exec(node, command, null, stop);
        return result.ExitCode == 0
            ? result
            : throw new LabException(
                $"In node '{node}', '{command}' failed with exit code {result.ExitCode}: {LabCommand.FirstLines(result)}",
                "Correct the command, or install what it needs.");
    }

    /// <summary>Leaves the network standing: neither disposing it nor the end of the process removes it.</summary>
    public void Keep()
    {
        lock (_gate)
        {
            if (!_gone)
            {
                _gone = true;
                Forget();
                _ownership.Keep();
            }
        }
    }

    /// <summary>Removes networks that were kept, and what crashed runs left; returns the namespaces removed.</summary>
    public static IReadOnlyList<string> RemoveKept() => LabOwnership.RemoveLeftovers(kept: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_gone)
            {
                return;
            }

            _gone = true;
            Forget();
            try
            {
                _services.Dispose();
                LabOwnership.RemoveNamespaces(_ownership.NamespacePrefix);
            }
            finally
            {
                _ownership.Dispose();
            }
        }
    }

    private void Forget()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onExit;
        foreach (var registration in _onSignal)
        {
            registration.Dispose();
        }
    }

    private void Raise(LabTopology topology, CancellationToken stop)
    {
        var plan = new LabPlan(topology, NamespaceOf);
        LabCommand.MustRun("ip", ["-batch", "-"], string.Concat(_namespaces.Values.Select(n => $"netns add {n}\n")), stop);
        foreach (var node in topology.Nodes)
        {
            Settle(node, plan.EarlySettings(node));
            if (node.Resolver is { } resolver)
            {
                LabResolverFiles.Write(NamespaceOf(node.Name), resolver);
            }
        }

        if (topology.Links.Count > 0)
        {
            Batch(topology.Nodes[0], plan.Links(), false, stop);
        }

        foreach (var node in topology.Nodes)
        {
            Settle(node, plan.LateSettings(node));
            Batch(node, plan.Interfaces(node) + LabPlan.Routing(node, ipv6: false), false, stop);
        }

        // The kernel takes no IPv6 route whose source is still tentative, and clears that flag a moment after the link comes up.
        LinkWait.UntilUp(topology, NamespaceOf, stop);
        foreach (var node in topology.Nodes)
        {
            Batch(node, LabPlan.Routing(node, ipv6: true), true, stop);
        }

        foreach (var node in topology.Nodes)
        {
            foreach (var command in node.Commands)
            {
                MustExec(node.Name, command, stop);
            }
        }

        foreach (var node in topology.Nodes)
        {
            _services.Start(node, NamespaceOf(node.Name), stop);
        }
    }

    private void Batch(LabNode node, string lines, bool ipv6, CancellationToken stop)
    {
        if (lines.Length > 0)
        {
            string[] family = ipv6 ? ["-6"] : [];
            LabCommand.MustRun("ip", [.. family, "-n", NamespaceOf(node.Name), "-batch", "-"], lines, stop);
        }
    }

    private void Settle(LabNode node, IEnumerable<LabSetting> settings)
    {
        using var inside = NetworkNamespace.Open(NamespaceOf(node.Name));
        inside.Run(() =>
        {
            foreach (var setting in settings)
            {
                Write(node, setting);
            }

            return true;
        });
    }

    private static void Write(LabNode node, LabSetting setting)
    {
        if (!setting.Required && !File.Exists(setting.File))
        {
            return;
        }

        try
        {
            File.WriteAllText(setting.File, setting.Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException(
                $"In node '{node.Name}', the setting {setting.Name} cannot be set to '{setting.Value}': {e.Message}",
                "Check its name and value; this kernel may not have it.",
                e);
        }
    }
}
