using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

namespace PacketPath.Tracing;

/// <summary>Where objects stand among the evidence of a trace: a stage names them, and does not carry them a second time.</summary>
internal sealed class EvidencePaths
{
    private const int Deepest = 2;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    private readonly Dictionary<object, string> _paths = new(ReferenceEqualityComparer.Instance);

    /// <summary>Notes the evidence, and what is part of an attempt, a lookup or an answer of this host.</summary>
    public EvidencePaths(IReadOnlyList<PacketEvidence> evidence)
    {
        All = evidence;
        for (var i = 0; i < evidence.Count; i++)
        {
            Note(evidence[i], string.Create(CultureInfo.InvariantCulture, $"Evidence[{i}]"), evidence[i] is SynPathResult or ListeningResult or PacketRoute ? 0 : Deepest);
        }
    }

    /// <summary>The evidence.</summary>
    public IReadOnlyList<PacketEvidence> All { get; }

    /// <summary>A reference to an object.</summary>
    public TraceReference To(object item) => new() { Path = _paths.GetValueOrDefault(item, ""), Text = item.ToString() ?? "" };

    private void Note(object item, string path, int depth)
    {
        if (!_paths.TryAdd(item, path) || depth == Deepest)
        {
            return;
        }

        foreach (var property in Properties.GetOrAdd(item.GetType(), Parts))
        {
            switch (property.GetValue(item))
            {
                case Array parts:
                    for (var i = 0; i < parts.Length; i++)
                    {
                        Note(parts.GetValue(i)!, string.Create(CultureInfo.InvariantCulture, $"{path}.{property.Name}[{i}]"), depth + 1);
                    }

                    break;
                case { } part:
                    Note(part, $"{path}.{property.Name}", depth + 1);
                    break;
            }
        }
    }

    private static PropertyInfo[] Parts(Type type) => [.. type.GetProperties().Where(static property =>
        (property.PropertyType.GetElementType() ?? property.PropertyType) is { IsClass: true } kind && kind.Assembly == typeof(PacketTrace).Assembly)];
}
