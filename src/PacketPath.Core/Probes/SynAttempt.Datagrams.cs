using System.Net;
using PacketPath.Interop;

namespace PacketPath.Probes;

/// <content>What is particular to datagrams: they are repeated here and not by the kernel, and refused by ICMP alone.</content>
internal sealed partial class SynAttempt
{
    // What refused a datagram may yet be told by an ICMP report.
    private const long ReportNanoseconds = 30_000_000;

    // A datagram is sent three times, each with as long a wait for the answer.
    private const int Sendings = 3;

    private readonly Queue<long> _again = new();

    /// <summary>How often the datagram was sent again.</summary>
    public int SentAgain { get; private set; }

    /// <summary>When the datagram is to be sent again, should no answer come.</summary>
    public IEnumerable<long> Again => _again;

    /// <summary>True where the time that has come is one to send again at.</summary>
    public bool IsToSendAgain(long due)
    {
        if (State != AttemptState.Waiting || Error != 0 || !_again.TryPeek(out var next) || next != due)
        {
            return false;
        }

        _again.Dequeue();
        SentAgain++;
        return true;
    }

    /// <summary>The datagram could not be sent; why may show in the error queue a little later.</summary>
    public void SendFailed(long now, int errno)
    {
        (FailedCall, Error) = ("send", errno);
        Deadline = Math.Min(Deadline, now + ReportNanoseconds);
    }

    /// <summary>True where the capture has shown an answer that the socket had not when it was looked at last: it may only have been late.</summary>
    public bool WantsAnotherLook => Plan.IsDatagram && Outcome == SynOutcome.NoReply && _replies.Count > 0;

    /// <summary>One more look at the socket, after all that was captured.</summary>
    public void LookedAgain(SocketReading reading)
    {
        if (reading.Answered)
        {
            Outcome = SynOutcome.Open;
            return;
        }

        foreach (var record in reading.Queue)
        {
            _queue.Add((record, EndedAt - StartedAt));
        }

        if (reading.Error != 0)
        {
            Error = reading.Error;
            Outcome = Judge(reading.Error);
        }
    }

    private bool IsRefusal(ErrorQueueRecord record) => Plan.Refuser is { } refuser
        && IcmpMeaning.IsPortUnreachable(record.Origin == ErrorOrigin.IcmpV6, record.Type, record.Code)
        && record.Offender is { } offender && new IPAddress(offender.GetAddressBytes()).Equals(new IPAddress(refuser.GetAddressBytes()));

    private void PlanRepetitions(long now)
    {
        for (var i = 1; Plan.IsDatagram && i < Sendings; i++)
        {
            _again.Enqueue(now + (Plan.TimeoutNanoseconds * i / Sendings));
        }
    }
}
