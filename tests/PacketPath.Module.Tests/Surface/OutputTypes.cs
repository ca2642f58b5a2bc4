using System.Management.Automation;
using System.Reflection;

namespace PacketPath.Module.Tests.Surface;

/// <summary>The module's cmdlets, and what they say they write.</summary>
public static class OutputTypes
{
    /// <summary>The module's cmdlet classes, by the cmdlet's name.</summary>
    public static SortedDictionary<string, Type> Cmdlets(EngineFixture engine)
    {
        var found = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (var cmdlet in engine.Invoke("Get-Command -Module PacketPath -CommandType Cmdlet").AssertClean().Of<CmdletInfo>())
        {
            found.Add(cmdlet.Name, cmdlet.ImplementingType);
        }

        return found;
    }

    /// <summary>Every type a cmdlet declares with [OutputType].</summary>
    public static Type[] All(EngineFixture engine) =>
    [
        .. Cmdlets(engine).Values
            .SelectMany(static type => type.GetCustomAttributes<OutputTypeAttribute>())
            .SelectMany(static attribute => attribute.Type)
            .Select(static name => name.Type)
            .Where(static type => type.Namespace == "PacketPath")
            .Distinct()
            .OrderBy(static type => type.Name, StringComparer.Ordinal),
    ];
}
