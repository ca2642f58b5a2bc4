using System.Net;
using PacketPath.Netlink.SocketDiag;

namespace PacketPath.Core.Tests.Netlink;

/// <summary>Runs the programs as the kernel does, and audits them as the kernel does before it takes one.</summary>
public class SocketFilterTests
{
    private static bool Run(byte[] program, IPAddress source, int sourcePort, IPAddress destination, int destinationPort, int device)
    {
        var at = 0;
        var left = program.Length;
        while (left > 0)
        {
            var no = BitConverter.ToUInt16(program, at + 2);
            var yes = program[at] switch
            {
                FilterOperation.Jump => false,
                FilterOperation.SourceAtLeast => sourcePort >= BitConverter.ToUInt16(program, at + 6),
                FilterOperation.SourceAtMost => sourcePort <= BitConverter.ToUInt16(program, at + 6),
                FilterOperation.DestinationAtLeast => destinationPort >= BitConverter.ToUInt16(program, at + 6),
                FilterOperation.DestinationAtMost => destinationPort <= BitConverter.ToUInt16(program, at + 6),
                FilterOperation.SourceHost => Host(program, at, source),
                FilterOperation.DestinationHost => Host(program, at, destination),
                FilterOperation.Device => device == BitConverter.ToInt32(program, at + 4),
                _ => throw new InvalidOperationException($"operation {program[at]}"),
            };
            var step = yes ? program[at + 1] : no;
            at += step;
            left -= step;
        }

        return left == 0;
    }

    private static bool Host(byte[] program, int at, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var wanted = program.AsSpan(at + 12, program[at + 4] == 2 ? 4 : 16);
        if (bytes.Length != wanted.Length)
        {
            if (!address.IsIPv4MappedToIPv6 || wanted.Length != 4)
            {
                return false;
            }

            bytes = address.MapToIPv4().GetAddressBytes();
        }

        for (var bit = 0; bit < program[at + 5]; bit++)
        {
            if (((bytes[bit / 8] ^ wanted[bit / 8]) >> (7 - (bit % 8)) & 1) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What inet_diag_bc_audit checks.</summary>
    private static void Audit(byte[] program)
    {
        var stops = new HashSet<int>();
        for (var at = 0; at < program.Length; at += program[at + 1])
        {
            stops.Add(at);
            Assert.True(program[at + 1] >= 4 && program[at + 1] % 4 == 0);
        }

        for (var at = 0; at < program.Length; at += program[at + 1])
        {
            var left = program.Length - at;
            var no = BitConverter.ToUInt16(program, at + 2);
            Assert.True(no >= 4 && no <= left + 4 && no % 4 == 0, $"no {no} at {at} of {program.Length}");
            Assert.True(no >= left || stops.Contains(at + no), $"no {no} at {at} leads nowhere");
        }
    }

    [Fact]
    public void EveryClauseMustHoldAndOneChoiceOfEach()
    {
        var random = new Random(7);
        var hosts = new[] { "10.0.0.1", "10.0.0.2", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1", "::" }.Select(IPAddress.Parse).ToArray();
        var accepted = 0;
        for (var round = 0; round < 2000; round++)
        {
            var filter = new SocketFilter();
            int[] local = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5))];
            int[] remote = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(5))];
            int[] devices = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(3))];
            (IPAddress, int)[] prefixes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => hosts[random.Next(4)]).Select(host => (host, random.Next(0, host.GetAddressBytes().Length * 8 + 1)))];
            filter.LocalPorts(local);
            filter.RemoteAddresses(prefixes);
            filter.RemotePorts(remote);
            filter.Interfaces(devices);
            var program = filter.Compile();
            Assert.Equal(filter.IsEmpty, program is null);
            if (program is null)
            {
                continue;
            }

            Audit(program);
            var (sourcePort, destinationPort, device, destination) = (random.Next(5), random.Next(5), random.Next(3), hosts[random.Next(hosts.Length)]);
            var expected = (local.Length == 0 || local.Contains(sourcePort)) && (remote.Length == 0 || remote.Contains(destinationPort))
                && (devices.Length == 0 || devices.Contains(device))
                && (prefixes.Length == 0 || prefixes.Any(prefix => Covers(prefix, destination)));
            Assert.Equal(expected, Run(program, hosts[0], sourcePort, destination, destinationPort, device));
            accepted += expected ? 1 : 0;
        }

        Assert.InRange(accepted, 50, 1900);
    }

    [Fact]
    public void AListTooLongForTheKernelIsLeftToTheCaller()
    {
        var filter = new SocketFilter();
        filter.LocalPorts([.. Enumerable.Range(1, 60000)]);
        Assert.False(filter.IsEmpty);
        Assert.Null(filter.Compile());
    }

    private static bool Covers((IPAddress Prefix, int Length) prefix, IPAddress address)
    {
        var plain = prefix.Prefix.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == prefix.Prefix.AddressFamily
            && Enumerable.Range(0, prefix.Length).All(bit => (plain.GetAddressBytes()[bit / 8] >> (7 - (bit % 8)) & 1) == (prefix.Prefix.GetAddressBytes()[bit / 8] >> (7 - (bit % 8)) & 1));
    }
}
