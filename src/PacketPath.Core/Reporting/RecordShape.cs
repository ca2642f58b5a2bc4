using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace PacketPath.Reporting;

/// <summary>What a record of ours has to show: its properties in the order they are declared, those of its base behind them.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Known = new();

    private static readonly HashSet<string> Shouted = new(["syn", "rtt", "rto", "ttl", "ip", "icmp", "tcp", "mtu", "mss", "arp", "tls", "dns", "vlan", "ack"], StringComparer.OrdinalIgnoreCase);

    private RecordShape(Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static p => p.CanRead && p.GetIndexParameters().Length == 0 && p.GetCustomAttribute<EncodedDataAttribute>() is null);
        Columns = [.. properties.OrderBy(p => p.DeclaringType == type ? 0 : 1).Select(static p => new Column(p.Name, Title(p.Name), p.PropertyType, p.GetValue))];
    }

    /// <summary>The properties.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The shape of a type.</summary>
    public static RecordShape Of(Type type) => Known.GetOrAdd(type, static t => new RecordShape(t));

    /// <summary>True for the records of ours, which are shown property by property.</summary>
    public static bool IsRecord(Type type) => type.IsClass && type.Assembly == typeof(PacketEvidence).Assembly;

    /// <summary>True where there is nothing to show.</summary>
    public static bool IsEmpty(object? value) => value is null or "" or Array { Length: 0 };

    /// <summary>A plain value in words.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "yes" : "no",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        double number => number.ToString("0.###", CultureInfo.InvariantCulture),
        Array items => string.Join(", ", items.Cast<object?>().Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>The name of a type or property as words: <c>RTT milliseconds</c>, <c>IP address</c>.</summary>
    public static string Title(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var starts = i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]) && char.IsUpper(name[i - 1])));
            var isWord = i + 1 < name.Length && char.IsLower(name[i + 1]);
            text.Append(starts ? " " : "").Append(i > 0 && isWord ? char.ToLowerInvariant(name[i]) : name[i]);
        }

        return string.Join(' ', text.ToString().Split(' ').Select(static word => Shouted.Contains(word) ? word.ToUpperInvariant() : word.Replace("Ipv", "IPv", StringComparison.Ordinal).Replace("Syns", "SYNs", StringComparison.Ordinal)));
    }

    /// <summary>One property.</summary>
    internal sealed record Column(string Name, string Title, Type Type, Func<object, object?> Value);
}
