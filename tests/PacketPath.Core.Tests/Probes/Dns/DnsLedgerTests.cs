using System.Net;
using PacketPath.Capture;
using PacketPath.Probes;

namespace PacketPath.Core.Tests.Probes;

/// <summary>What is kept of the wire beside DNS questions, and what it comes to.</summary>
public class DnsLedgerTests
{
    private const int Port = 53;
    private const long Second = 1_000_000_000;
    private static readonly PacketAddress Server = PacketAddress.From(IPAddress.Parse("192.0.2.53"));
    private static readonly PacketAddress Here = PacketAddress.From(IPAddress.Parse("192.0.2.1"));

    [Fact]
    public void Traffic_of_others_leaves_room_for_the_questions_asked()
    {
        var ledger = new DnsLedger(Port);
        ledger.Register(Server, 5000);
        for (var i = 0; i < 100_000; i++)
        {
            ledger.File(Query(6000 + (i % 1000), i & 0xffff));
            ledger.File(Answer(6000 + (i % 1000), i & 0xffff, 0));
            ledger.File(Fragment(7, 1480, 0) with { From = Here });
        }

        Assert.Equal((0, 0L), (ledger.Kept, ledger.Dropped));
        ledger.File(Query(5000, 9));
        ledger.File(Answer(5000, 9, 0));
        Assert.Equal(2, ledger.Of(Server, 5000, 9).Seen.Count);
    }

    [Fact]
    public void What_is_not_kept_of_a_question_is_counted()
    {
        var ledger = new DnsLedger(Port);
        ledger.Register(Server, 5000);
        ledger.Register(Server, 5001);
        for (var i = 0; i < DnsLedger.MostOfOne + 3; i++)
        {
            ledger.File(Answer(5000, i, 0));
        }

        ledger.File(Query(5001, 1));
        Assert.Equal((DnsLedger.MostOfOne + 1, 3L), (ledger.Kept, ledger.Dropped));
        Assert.Single(ledger.Of(Server, 5001, 1).Seen);
    }

    [Fact]
    public void Fragments_of_earlier_times_give_way_and_those_of_now_are_counted_where_there_is_no_room()
    {
        var ledger = new DnsLedger(Port);
        ledger.Register(Server, 5000);
        for (var i = 0; i < DnsLedger.MostFragments; i++)
        {
            ledger.File(Fragment((uint)i, 1480, 0));
        }

        ledger.Register(Server, 5001);
        ledger.Release(Server, 5000);
        ledger.File(Fragment(99_999, 1480, 0));
        Assert.Equal((1, 0L), (ledger.Kept, ledger.Dropped));
        Assert.Equal(99_999u, Assert.Single(ledger.Of(Server, 5001, 1).Later).Identification);
        for (var i = 0; i < DnsLedger.MostFragments; i++)
        {
            ledger.File(Fragment((uint)i, 1480, 0));
        }

        Assert.Equal((DnsLedger.MostFragments, 1L), (ledger.Kept, ledger.Dropped));
        ledger.Release(Server, 5001);
        Assert.Equal(0, ledger.Kept);
    }

    [Fact]
    public void A_released_port_is_forgotten_when_the_last_that_asked_for_it_is_done()
    {
        var ledger = new DnsLedger(Port);
        ledger.Register(Server, 5000);
        ledger.Register(Server, 5000);
        ledger.File(Query(5000, 1));
        ledger.Release(Server, 5000);
        Assert.Single(ledger.Of(Server, 5000, 1).Seen);
        ledger.Release(Server, 5000);
        ledger.File(Query(5000, 1));
        Assert.Equal(0, ledger.Kept);
    }

    [Fact]
    public void An_answer_after_the_end_of_the_wait_reached_nobody_s_socket_by_right()
    {
        var told = Tell(Second, [Query(5000, 1), Answer(5000, 1, Second + 1), Answer(5000, 1, 2 * Second)], []);
        Assert.Equal((1, 0, 2, 0, null), (told.QueriesSeen, told.PacketsSeen, told.PacketsLate, told.Fragments, told.FragmentsWhole));
        told = Tell(Second, [Query(5000, 1), Answer(5000, 1, Second - 1), Answer(5000, 1, 2 * Second)], []);
        Assert.Equal((1, 1, 1), (told.PacketsSeen, told.PacketsLate, told.Fragments));
    }

    [Fact]
    public void An_answer_in_fragments_is_there_with_the_last_of_them()
    {
        var first = Answer(5000, 1, Second - 10) with { More = true, Identification = 7, Length = 1480 };
        var told = Tell(Second, [first], [Fragment(7, 1480, Second + 10)]);
        Assert.Equal((0, 2, 0, null), (told.PacketsSeen, told.PacketsLate, told.Fragments, told.FragmentsWhole));
        told = Tell(Second, [first], [Fragment(7, 1480, Second - 5)]);
        Assert.Equal((2, 0, 2, true), (told.PacketsSeen, told.PacketsLate, told.Fragments, told.FragmentsWhole));
        told = Tell(Second, [first], [Fragment(8, 1480, Second - 5)]);
        Assert.Equal((1, 0, 1, false), (told.PacketsSeen, told.PacketsLate, told.Fragments, told.FragmentsWhole));
    }

    private static DnsExchange Tell(long until, DnsSighting[] seen, DnsSighting[] later) =>
        DnsWireCount.Tell(new DnsExchange { Outcome = DnsExchangeOutcome.Silent }, seen, later, Server, Port, until);

    private static DnsSighting Query(int localPort, int id) => new() { From = Here, To = Server, SourcePort = localPort, DestinationPort = Port, MessageId = id };

    private static DnsSighting Answer(int localPort, int id, long at) =>
        new() { From = Server, To = Here, SourcePort = Port, DestinationPort = localPort, MessageId = id, Length = 100, TimestampNanoseconds = at };

    private static DnsSighting Fragment(uint identification, int offset, long at) =>
        new() { From = Server, To = Here, Identification = identification, Offset = offset, Length = 100, TimestampNanoseconds = at };
}
