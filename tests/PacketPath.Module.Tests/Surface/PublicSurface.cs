using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace PacketPath.Module.Tests.Surface;

/// <summary>Writes down everything a script can hold on to: cmdlets, parameters, types, properties, enum values, fault ids.</summary>
public static class PublicSurface
{
    /// <summary>The surface as text, in a fixed order.</summary>
    public static string Describe(EngineFixture engine)
    {
        var text = new StringBuilder();
        foreach (var (name, _) in OutputTypes.Cmdlets(engine))
        {
            var command = engine.Invoke("Get-Command -Name $name", "name", name).One<CmdletInfo>();
            Describe(text, command);
        }

        foreach (var type in Types())
        {
            Describe(text, type);
        }

        return text.ToString();
    }

    private static IEnumerable<Type> Types() =>
        new[] { typeof(PacketEvidence).Assembly, typeof(Labs.LabNetwork).Assembly }
            .SelectMany(static assembly => assembly.GetExportedTypes())
            .Where(static type => type.Namespace == "PacketPath")
            .OrderBy(static type => type.FullName, StringComparer.Ordinal);

    private static void Describe(StringBuilder text, CmdletInfo command)
    {
        text.Append(command.Name);
        text.Append(" -> ").AppendJoin(", ", command.OutputType.Select(static output => output.Name).Order(StringComparer.Ordinal)).Append('\n');
        if (command.DefaultParameterSet is { Length: > 0 } set)
        {
            text.Append("  default set ").Append(set).Append('\n');
        }

        var common = Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in command.Parameters.Values.Where(parameter => !common.Contains(parameter.Name)).OrderBy(static parameter => parameter.Name, StringComparer.Ordinal))
        {
            text.Append("  -").Append(parameter.Name).Append(' ').Append(Short(parameter.ParameterType));
            if (parameter.Aliases.Count > 0)
            {
                text.Append(" (").AppendJoin(", ", parameter.Aliases.Order(StringComparer.Ordinal)).Append(')');
            }

            text.Append('\n');
            foreach (var (name, use) in parameter.ParameterSets.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append("    ").Append(name == ParameterAttribute.AllParameterSets ? "every set" : name)
                    .Append(use.IsMandatory ? ", mandatory" : "")
                    .Append(use.Position >= 0 ? $", position {use.Position}" : "")
                    .Append(use.ValueFromPipeline ? ", from the pipeline" : "")
                    .Append(use.ValueFromPipelineByPropertyName ? ", by property name" : "")
                    .Append('\n');
            }
        }
    }

    private static void Describe(StringBuilder text, Type type)
    {
        if (type.IsEnum)
        {
            text.Append("enum ").Append(type.FullName).Append('\n');
            foreach (var name in Enum.GetNames(type))
            {
                text.Append("  ").Append(name).Append(" = ").Append(Convert.ToInt64(Enum.Parse(type, name), null)).Append('\n');
            }

            return;
        }

        text.Append(type.FullName).Append(type.BaseType is { Namespace: "PacketPath" } parent ? " : " + parent.Name : "").Append('\n');
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).OrderBy(static property => property.Name, StringComparer.Ordinal))
        {
            text.Append("  ").Append(property.Name).Append(' ').Append(Short(property.PropertyType)).Append('\n');
        }
    }

    private static string Short(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Short(underlying) + "?";
        }

        return type.IsArray ? Short(type.GetElementType()!) + "[]" : type.Name;
    }
}
