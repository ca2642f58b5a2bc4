using System.Globalization;
using System.Text;

namespace PacketPath.Probes;

/// <summary>
/// Reads the header of an HTTP/1.x reply (RFC 9112) as its bytes come. Strict in the status line, since that decides; a header line that is
/// no field is counted and passed over. Interim replies (1xx) are passed over as well. Memory and time are bounded, whatever comes.
/// </summary>
internal sealed class HttpReplyReader
{
    /// <summary>The most bytes read, interim replies included.</summary>
    public const int MostBytes = 65536;

    /// <summary>The most fields kept.</summary>
    public const int MostHeaders = 100;

    private const int MostInterim = 8;
    private const int LongestText = 1024;
    private const byte Feed = (byte)'\n';
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<HttpHeader> _headers = [];
    private byte[] _line = new byte[512];
    private int _length;
    private int _interim;
    private int _malformed;
    private int _leftOut;
    private bool _lastKept;
    private (string Version, int Status, string Reason)? _status;

    /// <summary>How far the reply has been read.</summary>
    public HttpReplyState State { get; private set; }

    /// <summary>Bytes read in all.</summary>
    public long BytesRead { get; private set; }

    /// <summary>What is wrong, where something is; else empty.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The status line and the fields read so far; null while there is no complete status line.</summary>
    public HttpReply? Reply => _status is not { } status ? null : new HttpReply
    {
        Version = status.Version,
        Status = status.Status,
        Reason = status.Reason,
        Headers = [.. _headers],
        HeadersLeftOut = _leftOut,
        MalformedLines = _malformed,
    };

    /// <summary>Reads more bytes.</summary>
    /// <param name="bytes">What came.</param>
    /// <returns>How many of them belong to the header; the rest is what follows it.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (State == HttpReplyState.Reading && used < bytes.Length)
        {
            if (BytesRead == MostBytes)
            {
                Fail(HttpReplyState.TooLong, string.Create(CultureInfo.InvariantCulture, $"the header did not end within {MostBytes} bytes"));
                break;
            }

            var most = (int)Math.Min(bytes.Length - used, MostBytes - BytesRead);
            var part = bytes.Slice(used, most);
            var end = part.IndexOf(Feed);
            part = end < 0 ? part : part[..(end + 1)];
            used += part.Length;
            BytesRead += part.Length;
            Append(end < 0 ? part : part[..^1]);
            if (_status is null && !CouldBeStatus())
            {
                Fail(HttpReplyState.NotHttp, "it does not begin with HTTP/1.0 or HTTP/1.1 and a status");
            }
            else if (end >= 0)
            {
                EndLine();
            }
        }

        return used;
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_line.Length - _length < part.Length)
        {
            Array.Resize(ref _line, Math.Max(_line.Length * 2, _length + part.Length));
        }

        part.CopyTo(_line.AsSpan(_length));
        _length += part.Length;
    }

    // Judged byte by byte: who greets first, or speaks TLS, is known for it without waiting for a line.
    private bool CouldBeStatus()
    {
        const string form = "HTTP/1.# ### ";
        for (var i = 0; i < Math.Min(_length, form.Length); i++)
        {
            var c = (char)_line[i];
            var fits = form[i] switch
            {
                '#' when i == 7 => c is '0' or '1',
                '#' => char.IsAsciiDigit(c),
                ' ' when i == 12 => c is ' ' or '\r',
                var literal => c == literal,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private void EndLine()
    {
        var line = _line.AsSpan(0, _length);
        line = line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
        _length = 0;
        if (_status is null)
        {
            TakeStatus(line);
        }
        else if (line.Length == 0)
        {
            EndHeader();
        }
        else
        {
            TakeField(line);
        }
    }

    private void TakeStatus(ReadOnlySpan<byte> line)
    {
        const int statusEnd = 12;
        if (line.Length < statusEnd || line[9] == '0')
        {
            Fail(HttpReplyState.NotHttp, "its first line is no status line");
            return;
        }

        var status = ((line[9] - '0') * 100) + ((line[10] - '0') * 10) + (line[11] - '0');
        _status = (Encoding.ASCII.GetString(line[..8]), status, line.Length > statusEnd ? Text(line[(statusEnd + 1)..]) : "");
    }

    private void EndHeader()
    {
        if (_status is { Status: >= 100 and < 200 and not 101 })
        {
            _status = null;
            if (++_interim > MostInterim)
            {
                Fail(HttpReplyState.TooLong, string.Create(CultureInfo.InvariantCulture, $"more than {MostInterim} interim replies came before an answer"));
                return;
            }

            _headers.Clear();
            _malformed = _leftOut = 0;
            _lastKept = false;
            return;
        }

        State = HttpReplyState.Complete;
    }

    private void TakeField(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            Fold(line);
            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon < 1 || !IsToken(line[..colon]))
        {
            _malformed++;
            _lastKept = false;
            return;
        }

        if (_headers.Count == MostHeaders)
        {
            _leftOut++;
            _lastKept = false;
            return;
        }

        _headers.Add(new HttpHeader { Name = Cut(Encoding.ASCII.GetString(line[..colon])), Value = Text(line[(colon + 1)..]) });
        _lastKept = true;
    }

    // The old way to go on in the next line.
    private void Fold(ReadOnlySpan<byte> line)
    {
        if (!_lastKept)
        {
            _malformed += _headers.Count == 0 ? 1 : 0;
            return;
        }

        var last = _headers[^1];
        if (last.Value.Length < LongestText)
        {
            _headers[^1] = last with { Value = Cut($"{last.Value} {Text(line)}".Trim()) };
        }
    }

    private static bool IsToken(ReadOnlySpan<byte> name)
    {
        foreach (var b in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && !"!#$%&'*+-.^_`|~".Contains((char)b))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Bytes of the network as text that is safe to show.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var cut = bytes.Length > LongestText * 4 ? bytes[..(LongestText * 4)] : bytes;
        string text;
        try
        {
            text = Utf8.GetString(cut);
        }
        catch (DecoderFallbackException)
        {
            text = Encoding.Latin1.GetString(cut);
        }

        return Cut(DisplayText.Clean(text.Trim(' ', '\t')));
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText - 3), "...");

    private void Fail(HttpReplyState state, string problem) => (State, Problem) = (state, problem);
}
