using System.Net;

namespace PacketPath.Netlink.SocketDiag;

/// <summary>
/// A filter the kernel runs on each socket before it tells of it (INET_DIAG_REQ_BYTECODE): conditions that must all hold, each of them one
/// of several. An operation goes on by <c>yes</c> where it holds and by <c>no</c> where it does not; a walk that lands exactly at the
/// end accepts, one that goes beyond it refuses. The kernel takes a <c>no</c> only to where a walk by <c>yes</c> alone comes by.
/// </summary>
internal sealed class SocketFilter
{
    /// <summary>sizeof(struct inet_diag_bc_op).</summary>
    public const int OperationSize = 4;

    /// <summary>sizeof(struct inet_diag_hostcond) without its address.</summary>
    public const int HostConditionSize = 8;

    /// <summary>The longest program this builds: offsets have 16 bits, and an attribute is no longer.</summary>
    public const int LargestProgram = 32 * 1024;

    private readonly List<byte[]> _clauses = [];

    /// <summary>True where every socket passes.</summary>
    public bool IsEmpty => _clauses.Count == 0;

    /// <summary>Asks for one of these local ports.</summary>
    public void LocalPorts(IReadOnlyList<int> ports) => Add(ports.Select(static port => Port(port, FilterOperation.SourceAtLeast, FilterOperation.SourceAtMost)));

    /// <summary>Asks for one of these remote ports.</summary>
    public void RemotePorts(IReadOnlyList<int> ports) => Add(ports.Select(static port => Port(port, FilterOperation.DestinationAtLeast, FilterOperation.DestinationAtMost)));

    /// <summary>Asks for a local address in one of these prefixes.</summary>
    public void LocalAddresses(IEnumerable<(IPAddress Address, int Length)> prefixes) => Add(prefixes.Select(static prefix => Host(prefix, FilterOperation.SourceHost)));

    /// <summary>Asks for a remote address in one of these prefixes.</summary>
    public void RemoteAddresses(IEnumerable<(IPAddress Address, int Length)> prefixes) => Add(prefixes.Select(static prefix => Host(prefix, FilterOperation.DestinationHost)));

    /// <summary>Asks for sockets bound to one of these interfaces.</summary>
    public void Interfaces(IEnumerable<int> indexes) => Add(indexes.Select(static index =>
    {
        var operation = Operation(FilterOperation.Device, 2 * OperationSize);
        BitConverter.TryWriteBytes(operation.AsSpan(OperationSize), index);
        return operation;
    }));

    /// <summary>The program; null where there is none, or where it would be longer than the kernel takes: then what it leaves in must be filtered again.</summary>
    public byte[]? Compile()
    {
        byte[]? program = null;
        foreach (var clause in _clauses)
        {
            program = program is null ? clause : And(program, clause);
        }

        return program is { Length: <= LargestProgram } ? program : null;
    }

    private void Add(IEnumerable<byte[]> choices)
    {
        var all = choices.ToList();
        if (all.Count == 0)
        {
            return;
        }

        // From the last one forward, so that long lists are copied once and not once for each choice.
        var length = all.Sum(static choice => choice.Length) + ((all.Count - 1) * OperationSize);
        var clause = new byte[length];
        var at = 0;
        for (var i = 0; i < all.Count; i++)
        {
            all[i].CopyTo(clause, at);
            at += all[i].Length;
            if (i < all.Count - 1)
            {
                // It held: over all the others. A walk by yes alone goes on with the next choice, which is where a no leads.
                clause[at] = FilterOperation.Jump;
                clause[at + 1] = OperationSize;
                var rest = length - at;
                if (rest > LargestProgram)
                {
                    _clauses.Add(new byte[LargestProgram + OperationSize]);
                    return;
                }

                BitConverter.TryWriteBytes(clause.AsSpan(at + 2), (ushort)rest);
                at += OperationSize;
            }
        }

        _clauses.Add(clause);
    }

    /// <summary>Both must hold: what refused at the end of the first now refuses at the end of both.</summary>
    private static byte[] And(byte[] first, byte[] second)
    {
        byte[] both = [.. first, .. second];
        if (both.Length > LargestProgram)
        {
            return both;
        }

        for (var at = 0; at < first.Length; at += both[at + 1])
        {
            var no = BitConverter.ToUInt16(both, at + 2);
            if (both[at] != FilterOperation.Jump && no == first.Length - at + OperationSize)
            {
                BitConverter.TryWriteBytes(both.AsSpan(at + 2), (ushort)(no + second.Length));
            }
        }

        return both;
    }

    private static byte[] Port(int port, byte atLeast, byte atMost)
    {
        // The port is the "no" of an operation that follows and is never run.
        var both = And(Operation(atLeast, 2 * OperationSize, port), Operation(atMost, 2 * OperationSize, port));
        return both;
    }

    private static byte[] Host((IPAddress Address, int Length) prefix, byte code)
    {
        Span<byte> bytes = stackalloc byte[16];
        prefix.Address.TryWriteBytes(bytes, out var width);
        var operation = Operation(code, OperationSize + HostConditionSize + width);
        operation[OperationSize] = IpBits.FamilyOf(prefix.Address);
        operation[OperationSize + 1] = (byte)prefix.Length;
        BitConverter.TryWriteBytes(operation.AsSpan(OperationSize + 4), -1);
        bytes[..width].CopyTo(operation.AsSpan(OperationSize + HostConditionSize));
        return operation;
    }

    private static byte[] Operation(byte code, int size, int? port = null)
    {
        var operation = new byte[size];
        operation[0] = code;
        operation[1] = (byte)size;
        BitConverter.TryWriteBytes(operation.AsSpan(2), (ushort)(size + OperationSize));
        if (port is { } number)
        {
            BitConverter.TryWriteBytes(operation.AsSpan(OperationSize + 2), (ushort)number);
        }

        return operation;
    }
}
