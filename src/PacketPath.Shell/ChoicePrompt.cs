using System.Collections.ObjectModel;
using System.Management.Automation.Host;

namespace PacketPath.Shell;

/// <summary>Asks the user to pick one of several labelled choices.</summary>
internal sealed class ChoicePrompt(ConsoleUserInterface ui)
{
    /// <summary>Asks until the answer is one of the choices.</summary>
    public int Ask(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine(caption);
        }

        if (!string.IsNullOrEmpty(message))
        {
            ui.WriteLine(message);
        }

        var labels = choices.Select(static choice => new Label(choice)).ToArray();
        while (true)
        {
            foreach (var label in labels)
            {
                ui.Write($"[{label.Key}] {label.Text}  ");
            }

            ui.Write(defaultChoice >= 0 ? $"[?] Help (default is \"{labels[defaultChoice].Key}\"): " : "[?] Help: ");
            var answer = ui.ReadAnswer().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (answer == "?")
            {
                foreach (var (label, choice) in labels.Zip(choices))
                {
                    ui.WriteLine($"{label.Key} - {choice.HelpMessage}");
                }

                continue;
            }

            var picked = Array.FindIndex(labels, label => label.Matches(answer));
            if (picked >= 0)
            {
                return picked;
            }
        }
    }

    private sealed class Label
    {
        public Label(ChoiceDescription choice)
        {
            var mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
            Text = choice.Label.Replace("&", "", StringComparison.Ordinal);
            Key = mark >= 0 && mark + 1 < choice.Label.Length ? choice.Label[mark + 1].ToString().ToUpperInvariant() : Text;
        }

        public string Key { get; }

        public string Text { get; }

        public bool Matches(string answer) =>
            answer.Equals(Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(Text, StringComparison.OrdinalIgnoreCase);
    }
}
