using System.Reflection;
using PacketPath.Diagnosis;

namespace PacketPath.Core.Tests.Diagnosis;

/// <summary>Evidence as a broken script, an old file or a hostile network may leave it.</summary>
public class HostileEvidenceTests
{
    // PACKETPATH_FUZZ_ROUNDS asks for more.
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("PACKETPATH_FUZZ_ROUNDS"), out var asked) ? asked : 3_000;

    private static readonly Type[] Kinds =
        [typeof(SynPathResult), typeof(PacketRoute), typeof(NeighborEntry), typeof(PacketInterface), typeof(PolicyRule)];

    private static readonly string?[] Texts =
    [
        null, "", " ", "eth0", "203.0.113.10", "2001:db8::1", "fe80::1%eth0", "0.0.0.0/0", "EADDRNOTAVAIL", "ENETUNREACH", "bind", "connect", "Icmp", "IcmpV6",
        "not an address", "a'b;c $(d)", "\u001b[31mred\u0007", "line\nbreak", "1.2.3.4.5", ":::", "%", "999.999.999.999", new string('x', 5000), "LinkDown", "Dead", "\ud800",
    ];

    [Fact]
    public void Garbage_gives_whole_verdicts_and_no_exception()
    {
        var random = new Random(20260102);
        for (var round = 0; round < Rounds; round++)
        {
            var evidence = Enumerable.Range(0, random.Next(1, 5)).Select(_ => (PacketEvidence)Make(random, Kinds[random.Next(Kinds.Length)], 0)!).ToArray();
            var verdicts = Resolver.Resolve(evidence).ToArray();
            Assert.NotEmpty(verdicts);
            foreach (var verdict in verdicts)
            {
                Whole.Check(verdict);
            }

            Assert.True(verdicts[0].IsPrimary);
        }
    }

    [Fact]
    public void Sound_attempts_with_one_part_broken_keep_one_primary_verdict_each()
    {
        var random = new Random(7);
        foreach (var one in FaultCases.All)
        {
            foreach (var scene in new[] { new Scene(false), new Scene(true) })
            {
                foreach (var probe in one.Fires(scene).OfType<SynPathResult>())
                {
                    foreach (var property in typeof(SynPathResult).GetProperties())
                    {
                        var broken = probe with { };
                        property.SetValue(broken, Value(random, property.PropertyType, 0));
                        var verdicts = Resolver.Resolve([broken]).ToArray();
                        Assert.Single(verdicts, v => v.IsPrimary);
                        Array.ForEach(verdicts, Whole.Check);
                    }
                }
            }
        }
    }

    [Fact]
    public void Control_characters_never_reach_a_verdict()
    {
        var scene = new Scene(false);
        var probe = scene.Probe(SynOutcome.NeighborFailed, "EHOSTUNREACH") with
        {
            Syns = [],
            TargetName = "evil\u001b]0;title\u0007",
            InterfaceAlias = "e\u001b[2Jth",
            Route = scene.Route() with { InterfaceAlias = "e\u001b[2Jth", Table = "ma\nin" },
            Neighbor = scene.Neighbor(NeighborState.Unreachable) with { InterfaceAlias = "e\u001b[2Jth" },
        };
        foreach (var verdict in Resolver.Resolve([probe]))
        {
            string[] texts =
            [
                verdict.Summary, verdict.Proves, verdict.DoesNotProve, .. verdict.NextSteps, .. verdict.Evidence.Select(e => e.Observation),
                .. verdict.RuledOut.Select(r => r.Observation), .. verdict.NotObserved.Select(m => m.What + m.Why + m.Remedy),
            ];
            Assert.All(texts, t => Assert.DoesNotContain(t, char.IsControl));
        }
    }

    [Fact]
    public void Values_in_commands_are_quoted()
    {
        var scene = new Scene(false);
        var link = scene.Link(up: false) with { InterfaceAlias = "e;reboot'x", NetNamespace = "my $(ns)" };
        var verdict = Assert.Single(Resolver.Resolve([link]));
        Assert.Contains("Get-PacketInterface -InterfaceAlias 'e;reboot''x' -NetNamespace 'my $(ns)'", verdict.NextSteps);
        Assert.Contains("ip -n 'my $(ns)' -d link show dev 'e;reboot''x'", verdict.NextSteps);
    }

    [Fact]
    public void Nulls_where_the_types_allow_none_are_mended()
    {
        var probe = new SynPathResult
        {
            RemoteAddress = null!,
            Syns = null!,
            Replies = [null!],
            ErrorQueue = [new IcmpReport { Offender = null! }],
            Route = new PacketRoute { Alternatives = null!, NextHopFlags = [null!, "Dead"], Rule = new PolicyRule { Text = null! } },
            Interface = new PacketInterface { Statistics = null!, Addresses = [new InterfaceAddress { IPAddress = null! }] },
            ObservedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified),
        };
        var clean = EvidenceIntake.Clean(probe);
        Assert.Equal(("", 0, 0, ""), (clean.RemoteAddress, clean.Syns.Length, clean.Replies.Length, clean.ErrorQueue[0].Offender));
        Assert.Equal(["Dead"], clean.Route!.NextHopFlags);
        Assert.Equal("", clean.Route.Rule!.Text);
        Assert.NotNull(clean.Interface!.Statistics);
        Assert.Equal(DateTimeKind.Utc, clean.ObservedAt.Kind);
    }

    [Fact]
    public void Sound_evidence_passes_untouched()
    {
        var probe = new Scene(true).Open();
        Assert.Same(probe, EvidenceIntake.Clean(probe));
    }

    private static object? Make(Random random, Type type, int depth)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && random.Next(4) != 0))
        {
            property.SetValue(record, Value(random, property.PropertyType, depth));
        }

        return record;
    }

    private static object? Value(Random random, Type type, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return random.Next(3) == 0 ? null : Value(random, inner, depth);
        }

        if (type.IsArray)
        {
            if (random.Next(6) == 0)
            {
                return null;
            }

            var array = Array.CreateInstance(type.GetElementType()!, depth > 2 ? 0 : random.Next(4));
            for (var i = 0; i < array.Length; i++)
            {
                array.SetValue(random.Next(8) == 0 && !type.GetElementType()!.IsValueType ? null : Value(random, type.GetElementType()!, depth + 1), i);
            }

            return array;
        }

        return type switch
        {
            _ when type == typeof(string) => Texts[random.Next(Texts.Length)],
            _ when type == typeof(int) => random.Next(5) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-1, 300),
            _ when type == typeof(long) => random.Next(5) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-1, 300),
            _ when type == typeof(double) => new[] { 0, 1.5, -1, double.NaN, double.PositiveInfinity, double.MaxValue }[random.Next(6)],
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ when type == typeof(DateTime) => new DateTime(random.NextInt64(0, DateTime.MaxValue.Ticks), (DateTimeKind)random.Next(3)),
            { IsEnum: true } => Enum.ToObject(type, random.Next(-1, 14)),
            _ => random.Next(4) == 0 || depth > 3 ? null : Make(random, type, depth + 1),
        };
    }
}
