using System.Net;
using System.Net.Sockets;
using PacketPath.HostState;

namespace PacketPath.Targets;

/// <summary>Turns targets into addresses: a literal into itself, a name into every address the system's resolver knows for it.</summary>
public sealed class TargetResolver
{
    private readonly NetworkNamespace _netNamespace;

    /// <summary>Creates a resolver that asks from inside <paramref name="netNamespace"/>.</summary>
    public TargetResolver(NetworkNamespace netNamespace)
    {
        ArgumentNullException.ThrowIfNull(netNamespace);
        _netNamespace = netNamespace;
    }

    /// <summary>Gives every address of a target, in the resolver's order.</summary>
    /// <param name="target">The target.</param>
    /// <param name="family">The family wanted; null for both.</param>
    /// <param name="cancellation">Ends the wait at once; the system's resolver, which cannot be stopped, is left to end by itself.</param>
    /// <exception cref="TargetException">The name does not resolve, or the literal is of the other family.</exception>
    public async Task<IPAddress[]> ResolveAsync(Target target, AddressFamily? family, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Address is { } literal)
        {
            return Is(literal, family)
                ? [literal]
                : throw new TargetException(TargetProblem.NoAddress, target.Text, $"'{target.Text}' is not an {family} address.", $"Ask without -{family}.");
        }

        var name = target.HostName!;
        var asked = _netNamespace.LookUpAsync(() => Dns.GetHostAddresses(name));
        IPAddress[] found;
        try
        {
            found = await asked.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            throw Explain(target, failure);
        }
        catch (NetNamespaceException failure)
        {
            throw new TargetException(TargetProblem.ResolverFailed, target.Text, $"The name '{target.Text}' could not be looked up: {failure.Message}", failure.Remedy, failure);
        }

        var wanted = found.Where(a => Is(a, family)).Distinct().ToArray();
        return wanted.Length > 0
            ? wanted
            : throw new TargetException(TargetProblem.NoAddress, target.Text, $"'{target.Text}' has no {family?.ToString() ?? "IP"} address.", family is null ? "Check the name." : $"Ask without -{family}.");
    }

    /// <summary>Gives every address of a target, and waits for them.</summary>
    /// <exception cref="TargetException">The name does not resolve, or the literal is of the other family.</exception>
    public IPAddress[] Resolve(Target target, AddressFamily? family, CancellationToken cancellation)
        => ResolveAsync(target, family, cancellation).GetAwaiter().GetResult();

    private static bool Is(IPAddress address, AddressFamily? family) => family switch
    {
        AddressFamily.IPv4 => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        AddressFamily.IPv6 => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        _ => true,
    };

    private static string Ask(Target target) => $"What the name servers say of it, and why: Trace-PacketPath {target.HostName}, or Test-DnsTruncation {target.HostName}.";

    private static TargetException Explain(Target target, SocketException failure) => failure.SocketErrorCode switch
    {
        SocketError.HostNotFound => new TargetException(TargetProblem.NameNotFound, target.Text, $"The name '{target.Text}' is not known.", $"Check the spelling. {Ask(target)}", failure),
        SocketError.NoData => new TargetException(TargetProblem.NoAddress, target.Text, $"The name '{target.Text}' has no address.", $"Check the name's records. {Ask(target)}", failure),
        _ => new TargetException(TargetProblem.ResolverFailed, target.Text, $"The name '{target.Text}' could not be looked up: {failure.Message}.", $"Check that the name servers answer. {Ask(target)}", failure),
    };
}
