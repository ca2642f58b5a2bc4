using PacketPath.Labs.Tests;
using PacketPath.Labs.Tests.Probes;

// The test runner never comes here; a test starts this assembly as a program to have a run it can kill.
return args switch
{
    [LabChild.Argument] => LabChild.Hold(),
    [FewDescriptors.Argument, var netNamespace] => FewDescriptors.Run(netNamespace),
    _ => 64,
};
