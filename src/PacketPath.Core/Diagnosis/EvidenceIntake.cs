using System.Collections.Concurrent;
using System.Reflection;

namespace PacketPath.Diagnosis;

/// <summary>
/// Puts evidence into the shape its types promise, whatever serialization, JSON or a script left in it: no null where the type
/// allows none, no empty text where null means none, no control characters, times in UTC. Sound evidence comes back as it is.
/// </summary>
internal static class EvidenceIntake
{
    private const int LongestText = 1024;

    private static readonly ConcurrentDictionary<Type, Member[]> Plans = new();

    private sealed record Member(PropertyInfo Property, Type Type, bool Nullable, Type? ElementType)
    {
        /// <summary>True for bytes in text: nothing in them is shown, and a part of them is worth nothing.</summary>
        public bool IsEncoded { get; } = Property.IsDefined(typeof(EncodedDataAttribute));
    }

    /// <summary>The evidence in its promised shape.</summary>
    public static T Clean<T>(T evidence)
        where T : PacketEvidence => (T)CleanRecord(evidence);

    private static object CleanRecord(object record)
    {
        var members = Plans.GetOrAdd(record.GetType(), Plan);
        object? copy = null;
        foreach (var member in members)
        {
            var value = member.Property.GetValue(record);
            var clean = CleanValue(value, member);
            if (Same(value, clean))
            {
                continue;
            }

            copy ??= Copy(record, members);
            member.Property.SetValue(copy, clean);
        }

        return copy ?? record;
    }

    private static object Copy(object record, Member[] members)
    {
        var copy = Activator.CreateInstance(record.GetType())!;
        foreach (var member in members)
        {
            member.Property.SetValue(copy, member.Property.GetValue(record));
        }

        return copy;
    }

    private static object? CleanValue(object? value, Member member)
    {
        if (member.ElementType is not null)
        {
            return value is null && member.Nullable ? null : CleanArray((Array?)value, member.ElementType);
        }

        return value switch
        {
            string encoded when member.IsEncoded => encoded,
            string text => CleanText(text) is { Length: > 0 } clean ? clean : member.Nullable ? null : "",
            DateTime time => ToUtc(time),
            null when member.Nullable => null,
            null when member.Type == typeof(string) => "",
            null => Activator.CreateInstance(member.Type),
            _ when IsRecord(member.Type) => CleanRecord(value),
            _ => value,
        };
    }

    private static Array CleanArray(Array? array, Type elementType)
    {
        if (array is null)
        {
            return Array.CreateInstance(elementType, 0);
        }

        var clean = new List<object>(array.Length);
        var changed = false;
        foreach (var element in array)
        {
            object? kept = element switch
            {
                null => null,
                string text => CleanText(text),
                _ when IsRecord(elementType) => CleanRecord(element),
                _ => element,
            };
            changed |= kept is null || !Same(kept, element);
            if (kept is not null)
            {
                clean.Add(kept);
            }
        }

        if (!changed)
        {
            return array;
        }

        var result = Array.CreateInstance(elementType, clean.Count);
        for (var i = 0; i < clean.Count; i++)
        {
            result.SetValue(clean[i], i);
        }

        return result;
    }

    private static bool Same(object? before, object? after) => before switch
    {
        string text => text.Equals(after),
        DateTime time => after is DateTime clean && time == clean && time.Kind == clean.Kind,
        ValueType value => value.Equals(after),
        _ => ReferenceEquals(before, after),
    };

    private static string CleanText(string text)
    {
        var clean = DisplayText.Clean(text.Length > LongestText ? text[..LongestText] : text);
        return string.IsNullOrWhiteSpace(clean) ? "" : clean;
    }

    private static DateTime ToUtc(DateTime time) => time.Kind switch
    {
        _ when time == default => time,
        DateTimeKind.Utc => time,
        DateTimeKind.Local => time.ToUniversalTime(),
        _ => DateTime.SpecifyKind(time, DateTimeKind.Utc),
    };

    private static bool IsRecord(Type type) => type.IsClass && type.Namespace == typeof(PacketEvidence).Namespace;

    private static Member[] Plan(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return [.. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                   where property.CanWrite && property.GetIndexParameters().Length == 0
                   let nullable = Nullable.GetUnderlyingType(property.PropertyType) is not null
                       || nullability.Create(property).WriteState == NullabilityState.Nullable
                   select new Member(property, property.PropertyType, nullable, property.PropertyType.GetElementType())];
    }
}
