namespace PacketPath.Labs;

/// <summary>A lab network that stands: namespaces, links and services of one run. Disposing it removes everything.</summary>
public sealed class LabNetwork : IDisposable
{
    private readonly LabOwnership _ownership;
    private readonly Dictionary<string, string> _namespaces;
    private readonly EventHandler _onExit;
    private readonly object _gate = new();
    private bool _gone;

    private LabNetwork(LabOwnership ownership, LabTopology topology)
    {
        _ownership = ownership;
        _namespaces = topology.Nodes.ToDictionary(n => n.Name, n => ownership.NamespacePrefix + n.Name, StringComparer.Ordinal);
        _onExit = (_, _) => Dispose();
        AppDomain.CurrentDomain.ProcessExit += _onExit;
    }

    /// <summary>Node names and the namespaces they live in.</summary>
    public IReadOnlyDictionary<string, string> Nodes => _namespaces;

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
                AppDomain.CurrentDomain.ProcessExit -= _onExit;
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
            AppDomain.CurrentDomain.ProcessExit -= _onExit;
            try
            {
                LabOwnership.RemoveNamespaces(_ownership.NamespacePrefix);
            }
            finally
            {
                _ownership.Dispose();
            }
        }
    }

    private void Raise(LabTopology topology, CancellationToken stop)
    {
        var plan = new LabPlan(topology, NamespaceOf);
        LabCommand.MustRun("ip", ["-batch", "-"], string.Concat(_namespaces.Values.Select(n => $"netns add {n}\n")), stop);
        foreach (var node in topology.Nodes)
        {
            Shell(node, LabPlan.EarlySysctls(node, plan.InterfacesOf(node)), stop);
        }

        foreach (var node in topology.Nodes)
        {
            Batch(node, plan.Links(node), false, stop);
        }

        foreach (var node in topology.Nodes)
        {
            Batch(node, plan.Interfaces(node), false, stop);
        }

        foreach (var node in topology.Nodes)
        {
            Shell(node, LabPlan.LateSysctls(node, plan.InterfacesOf(node)), stop);
            Batch(node, LabPlan.Routing(node, marked: false), false, stop);
            Batch(node, LabPlan.Routing(node, marked: true), true, stop);
        }

        foreach (var node in topology.Nodes)
        {
            foreach (var command in node.Commands)
            {
                MustExec(node.Name, command, stop);
            }
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

    private void Shell(LabNode node, string script, CancellationToken stop)
    {
        if (script.Length > 0)
        {
            LabCommand.MustRun("ip", ["netns", "exec", NamespaceOf(node.Name), "sh", "-s"], script + "exit 0\n", stop);
        }
    }
}
