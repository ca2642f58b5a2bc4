using System.Globalization;
using System.Management.Automation;
using System.Net;
using PacketPath.Binding;
using PacketPath.HostState;
using PacketPath.Targets;

namespace PacketPath.Commands;

/// <summary>Part of a question about sockets that cannot be used, with the user's own text.</summary>
internal sealed class SocketQuestionException(string errorId, ErrorCategory category, string target, string message, string? advice) : Exception(message)
{
    public string ErrorId => errorId;

    public ErrorCategory Category => category;

    public string Target => target;

    public string? Advice => advice;
}

/// <summary>Turns the parameters of Get-SocketEntry into a query.</summary>
internal sealed class SocketQuestion(GetSocketEntryCommand command)
{
    /// <summary>What cannot be used of it.</summary>
    public List<SocketQuestionException> Problems { get; } = [];

    /// <summary>The query; null where nothing is left to ask.</summary>
    /// <param name="interfaceIndex">The index of an interface by name; 0 where there is none.</param>
    /// <param name="netNamespace">The namespace's label, for errors.</param>
    public SocketQuery? Read(Func<string, int> interfaceIndex, string netNamespace)
    {
        var local = Prefixes(command.LocalAddress);
        var remote = Prefixes(command.RemoteAddress);
        var interfaces = Interfaces(interfaceIndex, netNamespace);
        var processes = Processes();
        var states = command.State?.Where(static state => state != SocketState.Absent).ToArray() ?? [];
        if ((command.LocalAddress is not null && local.Count == 0) || (command.RemoteAddress is not null && remote.Count == 0)
            || (command.InterfaceAlias is not null && interfaces.Count == 0) || processes is { Count: 0 } || (command.State is not null && states.Length == 0))
        {
            return null;
        }

        return new SocketQuery
        {
            Kinds = command.Protocol?.Select(static name => name.ToUpperInvariant() switch { "TCP" => SocketKind.Stream, "UDP" => SocketKind.Datagram, _ => SocketKind.Raw }).ToArray() ?? [],
            Family = command.IPv4 == command.IPv6 ? null : command.IPv4 ? AddressFamily.IPv4 : AddressFamily.IPv6,
            States = states,
            LocalAddresses = local,
            RemoteAddresses = remote,
            LocalPorts = command.LocalPort ?? [],
            RemotePorts = command.RemotePort ?? [],
            InterfaceIndexes = interfaces,
            Processes = processes,
            WithoutProcesses = command.NoProcess,
        };
    }

    private List<(IPAddress Address, int Length)> Prefixes(string[]? texts)
    {
        var prefixes = new List<(IPAddress, int)>();
        foreach (var text in texts ?? [])
        {
            var slash = text.IndexOf('/');
            var isAddress = TargetParser.TryParse(slash < 0 ? text : text[..slash], out var target, out _) && target.Address is not null;
            var width = target?.Address?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
            var length = width;
            if (isAddress && (slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= width)))
            {
                prefixes.Add((target!.Address!, length));
            }
            else
            {
                Problems.Add(new SocketQuestionException(
                    "MalformedAddress", ErrorCategory.InvalidArgument, text, $"'{text}' is not an address or a prefix.", "Give an address such as 192.0.2.1 or 2001:db8::1, or a prefix such as 10.0.0.0/8."));
            }
        }

        return prefixes;
    }

    private List<int> Interfaces(Func<string, int> interfaceIndex, string netNamespace)
    {
        var indexes = new List<int>();
        foreach (var name in command.InterfaceAlias ?? [])
        {
            if (interfaceIndex(name) is > 0 and var index)
            {
                indexes.Add(index);
            }
            else
            {
                Problems.Add(new SocketQuestionException(
                    "InterfaceNotFound", ErrorCategory.ObjectNotFound, name, $"There is no interface '{name}' in the network namespace {netNamespace}.", "Get-PacketInterface lists those there are."));
            }
        }

        return indexes;
    }

    private List<(int Id, string Name)>? Processes()
    {
        if (command.OwningProcess is not { } asked)
        {
            return null;
        }

        var chosen = new Dictionary<int, string>();
        List<(int Id, string Name)>? all = null;
        foreach (var text in asked)
        {
            var found = false;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                found = SocketOwners.NameOf(id) is { } name && (chosen[id] = name) is not null;
            }
            else
            {
                all ??= [.. SocketOwners.Processes().Select(static process => (process, SocketOwners.NameOf(process) ?? ""))];
                var filter = new NameFilter([text]);
                foreach (var (process, processName) in all.Where(process => filter.Matches(process.Name)))
                {
                    chosen[process] = processName;
                    found = true;
                }

                found |= !filter.IsLiteral;
            }

            if (!found)
            {
                Problems.Add(new SocketQuestionException(
                    "ProcessNotFound", ErrorCategory.ObjectNotFound, text, $"There is no process '{text}'.", "Give the id or the name of a process of this pid namespace; Get-Process lists them."));
            }
        }

        return [.. chosen.Select(static process => (process.Key, process.Value))];
    }
}
