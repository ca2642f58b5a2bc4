namespace PacketPath.Labs;

/// <summary>The files below /etc/netns that say how names are looked up in the nodes of a lab. The host's own are left alone.</summary>
internal static class LabResolverFiles
{
    private const string Folder = "/etc/netns";

    // Says that the folder was made here, and may go when it is empty again.
    private const string Made = "/run/packetpath/etc-netns";
    private const int MostAttempts = 10;

    /// <summary>Writes the files of a node.</summary>
    /// <exception cref="LabException">They cannot be written.</exception>
    public static void Write(string namespaceName, LabResolver resolver)
    {
        var own = Path.Combine(Folder, namespaceName);
        try
        {
            Create(own);
            File.WriteAllText(Path.Combine(own, "resolv.conf"), resolver.ConfigurationText);
            File.WriteAllText(Path.Combine(own, "hosts"), resolver.HostsText);
            File.WriteAllText(Path.Combine(own, "nsswitch.conf"), "hosts: files dns\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"The files of {own} cannot be written: {failure.Message}", "Make /etc/netns writable.", failure);
        }
    }

    /// <summary>Removes the files of all namespaces whose name begins so.</summary>
    public static void Remove(string prefix)
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        try
        {
            foreach (var own in Directory.GetDirectories(Folder, prefix + "*"))
            {
                Directory.Delete(own, recursive: true);
            }

            if (File.Exists(Made) && !Directory.EnumerateFileSystemEntries(Folder).Any())
            {
                Directory.Delete(Folder);
                File.Delete(Made);
            }
        }
        catch (IOException)
        {
            // Another lab was here first, or has just put its own there.
        }
    }

    // The last lab to end may take the folder away while another one begins.
    private static void Create(string own)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!Directory.Exists(Folder))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Made)!);
                    File.WriteAllText(Made, "");
                }

                Directory.CreateDirectory(own);
                return;
            }
            catch (IOException) when (attempt < MostAttempts)
            {
            }
        }
    }
}
