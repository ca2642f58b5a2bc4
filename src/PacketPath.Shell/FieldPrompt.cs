using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PacketPath.Shell;

/// <summary>Asks for values, such as mandatory parameters that were left out.</summary>
internal sealed class FieldPrompt(ConsoleUserInterface ui)
{
    /// <summary>Asks for each field until its answer converts to the field's type.</summary>
    public Dictionary<string, PSObject> Ask(string caption, string message, Collection<FieldDescription> fields)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine(caption);
        }

        if (!string.IsNullOrEmpty(message))
        {
            ui.WriteLine(message);
        }

        var answers = new Dictionary<string, PSObject>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in fields)
        {
            var type = Type.GetType(field.ParameterAssemblyFullName) ?? typeof(string);
            answers[field.Name] = PSObject.AsPSObject(type.IsArray ? AskMany(field.Name, type) : AskOne(field.Name, type));
        }

        return answers;
    }

    private object AskMany(string name, Type arrayType)
    {
        var items = new List<string>();
        while (true)
        {
            ui.Write($"{name}[{items.Count}]: ");
            var line = ui.ReadAnswer();
            if (line.Length == 0)
            {
                return LanguagePrimitives.ConvertTo(items.ToArray(), arrayType);
            }

            items.Add(line);
        }
    }

    private object AskOne(string name, Type type)
    {
        while (true)
        {
            ui.Write($"{name}: ");
            if (type == typeof(SecureString))
            {
                return ui.ReadLineAsSecureString();
            }

            var line = ui.ReadAnswer();
            if (LanguagePrimitives.TryConvertTo(line, type, out var value))
            {
                return value;
            }

            ui.WriteErrorLine($"'{line}' is not a {type.Name}.");
        }
    }
}
