namespace PacketPath.Labs;

/// <summary>Whether this process may build labs; asked of the kernel, once.</summary>
public static class LabPrivilege
{
    private static readonly Lazy<string?> Reason = new(Probe);

    /// <summary>Why labs cannot be built here; null where they can.</summary>
    public static string? Missing() => Reason.Value;

    private static string? Probe()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "Labs need root: they create network namespaces.";
        }

        var name = $"pp-probe-{Environment.ProcessId}";
        try
        {
            var added = LabCommand.Run("ip", ["netns", "add", name]);
            if (added.ExitCode != 0)
            {
                return $"Network namespaces cannot be created here: {LabCommand.FirstLines(added)}";
            }

            var ran = LabCommand.Run("ip", ["netns", "exec", name, "true"]);
            return ran.ExitCode == 0 ? null : $"Network namespaces cannot be entered here: {LabCommand.FirstLines(ran)}";
        }
        catch (LabException e)
        {
            return e.Message;
        }
        finally
        {
            if (File.Exists("/run/netns/" + name))
            {
                LabCommand.Run("ip", ["netns", "delete", name]);
            }
        }
    }
}
